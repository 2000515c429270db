#pragma once
// Leases without end: nobody declares how many payloads a simulated network may hold at a time.

#include <deque>

#include "harness/payload.hpp"

namespace coordbench::testing {

class GrowingArena {
 public:
  [[nodiscard]] Payload allocate(std::size_t bytes) {
    for (auto arena = arenas_.rbegin(); arena != arenas_.rend(); ++arena)
      if (arena->capacity() >= bytes)
        if (Payload payload = arena->allocate(bytes)) return payload;
    const std::size_t slots = arenas_.empty() ? 8 : std::min<std::size_t>(2 * arenas_.back().slots(), 4096);
    return arenas_.emplace_back(slots, bytes).allocate(bytes);
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
  std::deque<PayloadArena> arenas_;
};

}  // namespace coordbench::testing
