#pragma once
// What a sender has sent and has no acknowledgement of. Every operation waits equally long before it is sent again, so they
// wait in the order in which they were sent last, and one alarm, for the first of them, serves all.

#include <vector>

#include "kernels/delivery/ends.hpp"
#include "kernels/parts/window.hpp"

namespace coordbench::delivery {

class Unacknowledged {
 public:
  /// An operation keeps its slot until this sender begins the one that is a window later.
  struct Sent {
    Operation operation = -1;
    bool is_open = false;
    std::uint32_t attempt = 0;  ///< 1, 2, …: the last one that left; once it is over its protocol may note another
    Payload payload{};
  };

  /// `timeout` in ns; 0: nothing is sent again.
  Unacknowledged(const Shape& shape, Time timeout)
      : timeout_(timeout),
        senders_(static_cast<std::uint32_t>(senders(shape))),
        sent_(Window<Sent>::length(shape)),
        waiting_(sent_.size()) {}

  /// Call it for operations of which at most in_flight of this sender are open.
  void sent(Operation k, Payload payload, Time now) {
    at(k) = {k, true, 1, std::move(payload)};
    if (timeout_ > 0) wait(k, now);
  }
  /// Null if the operation was acknowledged so long ago that a later one has its slot.
  [[nodiscard]] Sent* find(Operation k) { return at(k).operation == k ? &at(k) : nullptr; }
  /// The operation is acknowledged; false if it had been before.
  bool close(Sent& sent) {
    const bool was_open = std::exchange(sent.is_open, false);
    skip_acknowledged();
    return was_open;
  }

  /// When `send_again` wants to be called; kNever while nothing waits.
  [[nodiscard]] Time deadline() const { return first_ == last_ ? kNever : waiting_[first_ & mask()].due; }
  /// Calls send(sent) for every operation that has waited for a whole time-out.
  template <class Send>
  void send_again(Time now, Send&& send) {
    while (deadline() <= now) {
      Sent& sent = at(waiting_[first_++ & mask()].operation);
      ++sent.attempt;
      send(sent);
      wait(sent.operation, now);
      skip_acknowledged();
    }
  }

  [[nodiscard]] const Payload& payload_of(Operation k) const { return sent_[index(k)].payload; }

 private:
  /// An operation waits once. While the first is open, those behind it are less than in_flight of this sender's away from it,
  /// on either side: they were open together with it. So a window, which has room for twice in_flight, has room for them all.
  struct Waiting {
    Operation operation;
    Time due;
  };

  [[nodiscard]] std::size_t mask() const { return sent_.size() - 1; }
  [[nodiscard]] std::size_t index(Operation k) const { return senders_.quotient(static_cast<std::uint32_t>(k)) & mask(); }
  Sent& at(Operation k) { return sent_[index(k)]; }
  [[nodiscard]] bool is_open(Operation k) const { return sent_[index(k)].operation == k && sent_[index(k)].is_open; }

  void wait(Operation k, Time now) { waiting_[last_++ & mask()] = {k, now + timeout_}; }
  void skip_acknowledged() {
    while (first_ != last_ && !is_open(waiting_[first_ & mask()].operation)) ++first_;
  }

  Time timeout_;
  Divisor senders_;
  std::vector<Sent> sent_;
  std::vector<Waiting> waiting_;  ///< a ring; the first of it is open
  std::size_t first_ = 0, last_ = 0;
};

}  // namespace coordbench::delivery
