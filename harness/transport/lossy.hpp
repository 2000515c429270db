#pragma once
// Loses, duplicates and delays messages on their way to a transport (--loss). This layer lies below the counting, so a lost
// message counts as sent. No protocol and no transport knows of it. Which messages are lost follows from the seed of the case.

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "harness/pattern.hpp"
#include "harness/payload.hpp"
#include "harness/protocol_traits.hpp"
#include "harness/transport/transport_size.hpp"

namespace coordbench {

template <class T, class M>
class Lossy {
 public:
  static constexpr bool compiled_in_pieces = requires { requires T::compiled_in_pieces; };

  Lossy(T& transport, const Shape& shape, Rank self)
      : transport_(transport),
        loss_(shape.loss),
        is_on_(shape.loss.any()),
        seed_(mix(shape.seed ^ mix(static_cast<std::uint64_t>(self) + 1))) {
    if (loss_.delay_ns > 0) held_.reserve(kHeldBackMost);
  }

  /// `payload`: one, or several that travel one behind the other.
  template <class P>
  void send(Rank to, const M& message, Depth depth, const P& payload) {
    if (is_on_) [[unlikely]]
      return try_luck(to, message, depth, payload);
    transport_.send(to, message, depth, payload);
  }
  template <class Receive>
  bool poll(Receive&& receive) {
    if (!held_.empty()) [[unlikely]]
      release();
    return transport_.poll(std::forward<Receive>(receive));
  }

  [[nodiscard]] Time now() const { return transport_.now(); }
  [[nodiscard]] bool has_waiting() const { return transport_.has_waiting(); }
  [[nodiscard]] PayloadArena& made() { return transport_.made(); }
  [[nodiscard]] PayloadArena& own() { return transport_.own(); }

  [[nodiscard]] std::int64_t lost() const { return lost_; }        ///< messages so far
  [[nodiscard]] std::int64_t doubled() const { return doubled_; }  ///< messages so far that left twice
  /// When the next message that is held back wants to leave; kNever if none is.
  [[nodiscard]] Time due() const {
    Time first = kNever;
    for (const Held& held : held_) first = std::min(first, held.due);
    return first;
  }

 private:
  struct Held {
    Time due;
    Rank to;
    M message;
    Depth depth;
    Payload payload;
  };

  /// What a message is drawn for. Each has draws of its own, so that its luck does not depend on what is held back, and when.
  enum Draw : std::uint64_t { is_lost, is_doubled, delay_of_first, delay_of_second, kDraws };

  template <class P>
  [[gnu::noinline]] void try_luck(Rank to, const M& message, Depth depth, const P& payload) {
    ++messages_;
    if (drawn(is_lost) < loss_.lost) {
      ++lost_;
      return;
    }
    pass_on(delay_of_first, to, message, depth, payload);
    if (drawn(is_doubled) >= loss_.doubled) return;
    ++doubled_;
    pass_on(delay_of_second, to, message, depth, payload);
  }
  /// A message of several payloads is not held back, and none is while the room for such messages is full.
  void pass_on(Draw delay, Rank to, const M& message, Depth depth, const Payload& payload) {
    if (loss_.delay_ns == 0 || held_.size() == kHeldBackMost) return transport_.send(to, message, depth, payload);
    const auto delay_ns = static_cast<Time>(drawn(delay) * static_cast<double>(loss_.delay_ns));
    held_.push_back({transport_.now() + delay_ns, to, message, depth, payload});
  }
  void pass_on(Draw /*delay*/, Rank to, const M& message, Depth depth, std::span<const Payload> payloads) {
    transport_.send(to, message, depth, payloads);
  }
  [[gnu::noinline]] void release() {
    const Time now = transport_.now();
    for (std::size_t i = 0; i < held_.size();) {
      if (held_[i].due > now) {
        ++i;
        continue;
      }
      const Held held = std::move(held_[i]);
      held_[i] = std::move(held_.back());
      held_.pop_back();
      transport_.send(held.to, held.message, held.depth, held.payload);
    }
  }
  /// Uniform in [0, 1), of the newest message.
  [[nodiscard]] double drawn(Draw which) const {
    return static_cast<double>(mix(seed_ + kDraws * messages_ + which) >> 11U) * 0x1p-53;
  }

  T& transport_;
  Loss loss_;
  bool is_on_;
  std::uint64_t seed_, messages_ = 0;
  std::int64_t lost_ = 0, doubled_ = 0;
  std::vector<Held> held_;  ///< in no order
};

}  // namespace coordbench
