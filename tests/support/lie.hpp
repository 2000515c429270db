#pragma once
// What a protocol's own lie is handed: `Safety::lie(lie)` changes what a traitor is about to say, and says whether it has.

#include <algorithm>
#include <deque>
#include <span>

#include "harness/outbox.hpp"
#include "tests/support/growing_arena.hpp"
#include "tests/support/traitors.hpp"

namespace coordbench::testing {

/// What traitors remember of what was said to them.
template <Protocol P>
struct Heard {
  Rank from, to;
  typename P::Message message;
  Payload payload;
  Payload sealed;  ///< the payload as it came, with what authenticates the message
};

/// One message to one receiver. `how` is Treason::lying or Treason::equivocation.
template <Protocol P, class Memory>
struct Lie {
  Treason how;
  Rank self, to;
  typename P::Message& message;
  Payload& payload;                   ///< others may hold the same lease: give it a new one, never change its bytes
  const P& machine;                   ///< the honest machine inside
  Outbox<typename P::Message>& out;   ///< digests, proofs and seals of the traitor's own; do not send
  Random& random;                     ///< says the same whenever the traitor, or its accomplice, lies about the same message
  const std::deque<Heard<P>>& heard;  ///< the newest last; the accomplice's too
  Memory& memory;                     ///< `Safety::Memory`, if there is one: what the lies so far were, of both accomplices
  GrowingArena& arena;

  [[nodiscard]] Payload make(std::size_t bytes) const { return arena.allocate(bytes); }
  /// A lease of its own with the same bytes.
  [[nodiscard]] Payload copy(const Payload& original) const { return arena.join({&original, 1}); }
};

/// For protocols whose lies need no memory.
struct NoMemory {};
template <class Safety>
struct MemoryOf {
  using type = NoMemory;
};
template <class Safety>
requires requires { typename Safety::Memory; }
struct MemoryOf<Safety> {
  using type = typename Safety::Memory;
};

/// A protocol whose promises are judged with traitors: `traitors_most(shape)` is how many it says that it bears.
template <class Safety>
concept FacesTraitors = requires(const Shape& shape) {
  { Safety::traitors_most(shape) } -> std::convertible_to<int>;
};

}  // namespace coordbench::testing
