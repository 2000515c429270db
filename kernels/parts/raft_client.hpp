#pragma once
// A client of Raft on a rank of its own: asks whom it believes to lead, keeps what is not answered, and asks again, in order.
// Source: Ongaro, Ousterhout 2014, 8.

#include <bit>

#include "kernels/parts/raft_message.hpp"

namespace coordbench {

class RaftClient {
 public:
  using Kind = RaftMessage::Kind;

  /// At most `window` operations, each `stride` behind the last, are open at a time.
  RaftClient(int servers, int window, int stride, Time timeout)
      : servers_(servers), stride_(stride), timeout_(timeout), open_(std::bit_ceil(static_cast<std::size_t>(window))) {}

  [[nodiscard]] Time alarm() const { return alarm_; }

  template <class Out>
  void propose(Time now, Operation operation, Payload payload, Out& out) {
    const bool is_only = oldest_ == next_;
    if (is_only) oldest_ = operation;
    next_ = operation + stride_;
    if (is_only) set_alarm(now);
    Request& open = request(operation);
    open = {.payload = std::move(payload)};
    ask(operation, out);
  }

  /// Nothing will fill the leader's last batch.
  template <class Out>
  void flush(Out& out) {
    if (oldest_ != next_) out.send(leader_, {.kind = Kind::no_more});
  }

  template <class Out>
  void step(Time now, Rank from, const RaftMessage& message, int mark, Out& out) {
    if (message.kind != Kind::reply) return;
    if (message.count == 0) return look_elsewhere(from, message.index, out);
    const Operation operation = message.first;
    if (operation < oldest_ || operation >= next_ || request(operation).answered) return;
    request(operation).answered = true;
    request(operation).value = message.index;
    out.complete(operation, mark);
    while (oldest_ != next_ && request(oldest_).answered) oldest_ += stride_;
    set_alarm(now);
  }

  /// Nobody answers: the next server may lead.
  template <class Out>
  void tick(Time now, Out& out) {
    if (alarm_ > now) return;
    leader_ = (leader_ + 1) % servers_;
    ask_again(out);
    set_alarm(now);
  }
  void restart(Time now) { set_alarm(now); }

  /// The value that the operation was answered with, and what was asked for.
  [[nodiscard]] std::uint32_t value_of(Operation operation) const { return open_[slot(operation)].value; }
  [[nodiscard]] const Payload& payload_of(Operation operation) const { return open_[slot(operation)].payload; }

 private:
  struct Request {
    bool answered = false;
    std::uint32_t value = 0;
    Payload payload{};
  };

  template <class Out>
  void look_elsewhere(Rank from, std::uint32_t hint, Out& out) {
    if (from != leader_ || hint == 0 || static_cast<Rank>(hint) - 1 == leader_) return;  // the alarm will try the next one
    leader_ = static_cast<Rank>(hint) - 1;
    ask_again(out);
  }
  template <class Out>
  void ask_again(Out& out) {
    for (Operation k = oldest_; k != next_; k += stride_)
      if (!request(k).answered) ask(k, out);
  }
  template <class Out>
  void ask(Operation operation, Out& out) {
    out.send(leader_, {.first = static_cast<std::uint32_t>(operation), .count = 1, .kind = Kind::request},
             request(operation).payload);
  }
  void set_alarm(Time now) { alarm_ = timeout_ > 0 && oldest_ != next_ ? now + 2 * timeout_ : kNever; }
  [[nodiscard]] std::size_t slot(Operation operation) const {
    return static_cast<std::size_t>(operation / stride_) & (open_.size() - 1);
  }
  Request& request(Operation operation) { return open_[slot(operation)]; }

  int servers_, stride_;
  Time timeout_, alarm_ = kNever;
  Rank leader_ = 0;
  Operation oldest_ = 0, next_ = 0;  ///< open are [oldest, next), but for those answered out of order
  std::vector<Request> open_;
};

}  // namespace coordbench
