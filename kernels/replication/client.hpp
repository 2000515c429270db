#pragma once
// A client of a replicated state machine on a rank of its own. It asks the server that it believes to lead, keeps what is not
// answered, and asks again, in order. Source: Ongaro, Ousterhout 2014, 8.

#include <utility>

#include "kernels/replication/marks.hpp"
#include "kernels/replication/turns.hpp"

namespace coordbench::replication {

/// `Message` has `first`, `count`, `index`, and the kinds `request`, `reply` and `no_more`.
template <class Message>
struct RequestOf {
  explicit RequestOf(const auto& /*setting*/) {}
  static void send(Rank leader, Operation operation, const Payload& payload, Outbox<Message>& out) {
    out.send(leader, {.first = static_cast<std::uint32_t>(operation), .count = 1, .kind = Message::Kind::request}, payload);
  }
};

/// `Question` says how an operation is asked for.
template <class Message, class Question = RequestOf<Message>>
class ClientOf {
 public:
  using Kind = typename Message::Kind;
  using Out = Outbox<Message>;

  /// Of `in_flight` operations at most, each one turn behind the last.
  ClientOf(const auto& setting, int in_flight)
      : servers_(setting.servers),
        turns_(setting.sessions()),
        timeout_(setting.timeout),
        question_(setting),
        open_(std::bit_ceil(static_cast<std::size_t>(in_flight))) {}

  [[nodiscard]] Time alarm() const { return alarm_; }

  void propose(Operation operation, Payload payload, Out& out) {
    const bool is_only = oldest_ == next_;
    if (is_only) oldest_ = operation;
    next_ = operation + turns_.clients();
    if (is_only) set_alarm(out.now());
    request(operation) = {.payload = std::move(payload)};
    ask(operation, out);
  }

  /// Nothing will fill the leader's last batch.
  void flush(Out& out) const {
    if (oldest_ != next_) out.send(leader_, {.kind = Kind::no_more});
  }

  void step(Rank from, const Message& message, Out& out) {
    if (message.kind != Kind::reply) return;
    if (message.count == 0) [[unlikely]]
      return look_elsewhere(from, static_cast<Rank>(message.index), out);
    end(from, message, out);
  }

  /// No answer for a whole time-out: the client turns to the next server. If the server did answer since the last time-out, the
  /// client asks it once more, because a leader passes over requests that come before their turn.
  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    if (alarm_ > out.now()) return;
    if (!std::exchange(is_answered_, false)) leader_ = (leader_ + 1) % servers_;
    ask_again(out);
    set_alarm(out.now());
  }
  void restart(Out& out) { set_alarm(out.now()); }

  /// The value that the operation was answered with, and what was asked for or, if it reads, returned.
  [[nodiscard]] std::uint32_t value_of(Operation operation) const { return open_[slot(operation)].value; }
  [[nodiscard]] const Payload& payload_of(Operation operation) const { return open_[slot(operation)].payload; }

 protected:
  struct Request {
    bool answered = false;
    std::uint32_t value = 0;
    Payload payload{};
  };

  [[nodiscard]] bool is_open(Operation k) const { return k >= oldest_ && k < next_ && !open_[slot(k)].answered; }
  void end(Rank from, const Message& message, Out& out) {
    const Operation operation = message.first;
    if (!is_open(operation)) return;
    request(operation).answered = true;
    request(operation).value = message.index;
    out.complete(operation, answered);
    is_answered_ |= from == leader_;
    while (oldest_ != next_ && request(oldest_).answered) oldest_ += turns_.clients();
    set_alarm(out.now());
  }
  [[nodiscard]] std::size_t places() const { return open_.size(); }
  [[nodiscard]] std::size_t slot(Operation operation) const { return turns_.of(operation).number & (open_.size() - 1); }
  Request& request(Operation operation) { return open_[slot(operation)]; }

 private:
  /// Only the server that this client asks may send it elsewhere.
  [[gnu::noinline, gnu::cold]] void look_elsewhere(Rank from, Rank leader, Out& out) {
    if (from != leader_ || leader == leader_) return;
    leader_ = leader;
    is_answered_ = false;
    ask_again(out);
  }
  void ask_again(Out& out) {
    for (Operation k = oldest_; k != next_; k += turns_.clients())
      if (!request(k).answered) ask(k, out);
  }
  void ask(Operation operation, Out& out) { question_.send(leader_, operation, request(operation).payload, out); }
  void set_alarm(Time now) { alarm_ = timeout_ > 0 && oldest_ != next_ ? now + 2 * timeout_ : kNever; }

  int servers_;
  Turns turns_;
  Time timeout_, alarm_ = kNever;
  [[no_unique_address]] Question question_;
  Rank leader_ = 0;
  bool is_answered_ = false;         ///< the server that it asks has answered since the last time-out
  Operation oldest_ = 0, next_ = 0;  ///< open are [oldest, next), but for those answered out of order
  std::vector<Request> open_;
};

}  // namespace coordbench::replication
