#pragma once
// Leases without end: nobody declares how many payloads a simulated network may hold at a time.

#include <algorithm>
#include <deque>

#include "harness/protocol_traits.hpp"

namespace coordbench::testing {

/// Bytes of the largest payload that any machine of a protocol makes.
template <Protocol P>
std::size_t largest_made(const Shape& shape) {
  std::size_t largest = 0;
  for (Rank rank = 0; rank < shape.members(); ++rank) largest = std::max(largest, bounds_of<P>(shape, rank).made_bytes);
  return largest;
}

class GrowingArena {
 public:
  [[nodiscard]] Payload allocate(std::size_t bytes) {
    for (PayloadArena& arena : arenas_)
      if (arena.capacity() >= bytes) return arena.allocate(bytes);
    return arenas_.emplace_back(PayloadArena::Growing{}, bytes).allocate(bytes);
  }

  /// Several payloads, one behind the other, in a lease of their own.
  [[nodiscard]] Payload join(std::span<const Payload> payloads) {
    std::size_t bytes = 0;
    for (const Payload& payload : payloads) bytes += payload.size();
    Payload joined = allocate(bytes);
    std::byte* end = joined.data();
    for (const Payload& payload : payloads) end = std::copy_n(payload.data(), payload.size(), end);
    return joined;
  }

 private:
  std::deque<PayloadArena> arenas_;  ///< one for each size that none before it holds
};

}  // namespace coordbench::testing
