#pragma once
// A proposer that asks the server of a counter: one reply of each operation is awaited at a time, and every other is late or
// has come before.

#include "kernels/locked_counter/message.hpp"
#include "kernels/parts/window.hpp"

namespace coordbench::locked_counter {

class Proposer {
 public:
  explicit Proposer(const Shape& shape)
      : mode_(shape["mode"]), proposers_(static_cast<std::uint32_t>(count_of(shape))), open_(Window<int>::length(shape)) {}

  void ask(Operation k, Out& out) {
    const bool swaps = mode_ == compare_and_swap;
    opened(k) = {.operation = k, .awaits = swaps ? Kind::value : Kind::grant};
    say(k, swaps ? Kind::read : Kind::lock, 0, out);
  }

  void hear(const Message& reply, Out& out) {
    const Operation k = reply.first;
    Open& open = opened(k);
    if (!is_awaited(open, reply)) return;
    switch (reply.kind) {
      case Kind::grant:
        open.awaits = Kind::value;
        say(k, Kind::read, 0, out);
        return out.complete(k, granted);
      case Kind::value:
      case Kind::refused:
        return count_on(open, reply.value, out);
      case Kind::written:
        say(k, Kind::unlock, 0, out);
        if (mode_ == lock) return end(open, open.value, out);
        open.awaits = Kind::unlocked;
        return;
      case Kind::swapped:
        return end(open, reply.value, out);
      default:  // unlocked
        return end(open, open.value, out);
    }
  }
  /// What an operation has made of the counter.
  [[nodiscard]] std::uint32_t value(Operation k) const { return open_[slot(k)].value; }

 private:
  struct Open {
    Operation operation = -1;
    Kind awaits = Kind::nothing;  ///< the reply; `swapped` stands for `refused`, too
    std::uint32_t value = 0;      ///< of the counter: expected by a swap, or what the operation has made of it
  };

  static bool is_awaited(const Open& open, const Message& reply) {
    return open.operation == reply.first && open.awaits == (reply.kind == Kind::refused ? Kind::swapped : reply.kind);
  }
  void count_on(Open& open, std::uint32_t value, Out& out) {
    const bool swaps = mode_ == compare_and_swap;
    open.awaits = swaps ? Kind::swapped : Kind::written;
    open.value = swaps ? value : value + 1;
    say(open.operation, swaps ? Kind::swap : Kind::write, open.value, out);
  }
  static void end(Open& open, std::uint32_t value, Out& out) {
    open.awaits = Kind::nothing;
    open.value = value;
    out.complete(open.operation, released);
  }
  static void say(Operation k, Kind kind, std::uint32_t value, Out& out) {
    out.send(0, {static_cast<std::uint32_t>(k), kind, value});
  }
  Open& opened(Operation k) { return open_[slot(k)]; }
  [[nodiscard]] std::size_t slot(Operation k) const {
    return proposers_.quotient(static_cast<std::uint32_t>(k)) & (open_.size() - 1);
  }

  std::int64_t mode_;
  Divisor proposers_;
  std::vector<Open> open_;  ///< [operation div proposers, mod their number]
};

}  // namespace coordbench::locked_counter
