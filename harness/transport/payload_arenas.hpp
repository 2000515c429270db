#pragma once
// The arenas of a protocol's payloads: one for operations, one for batches, one for payloads that the machine makes. Large
// payloads have an arena of their own, because between small ones they would scatter them over memory.

#include <array>
#include <optional>
#include <vector>

#include "harness/payload.hpp"
#include "harness/transport/transport_size.hpp"

namespace coordbench {

struct PayloadArenas {
  /// In memory of its own.
  explicit PayloadArenas(const TransportSize& size)
      : single(size.leases, size.payload_capacity),
        large(size.large_leases, size.large_bytes),
        made(size.made, size.made_bytes) {}
  /// In memory that other processes see, `shared_bytes(size)` of it.
  PayloadArenas(const TransportSize& size, std::byte* shared, Rank owner)
      : single(shared_slots(size), size.payload_capacity, shared, named(owner, kSingle)),
        large(size.large_leases, size.large_bytes, shared + single.memory_bytes(), named(owner, kLarge)),
        made(2 * size.made, size.made_bytes, shared + single.memory_bytes() + large.memory_bytes(), named(owner, kMade)) {}

  static std::size_t shared_bytes(const TransportSize& size) {
    return shared_slots(size) * PayloadArena::stride(size.payload_capacity) +
           size.large_leases * PayloadArena::stride(size.large_bytes) + 2 * size.made * PayloadArena::stride(size.made_bytes);
  }
  /// A slot is free again only once every receiver has given it back, and they keep as many as the machine says.
  static std::size_t shared_slots(const TransportSize& size) { return 2 * size.leases; }
  /// Leases that one rank may have of what lies in the arenas of others.
  static std::size_t borrowed_slots(const TransportSize& size) {
    return shared_slots(size) + size.large_leases + 2 * size.made;
  }

  /// Whether no batch has more bytes than one of its payloads, because none has any: then there is nothing to join.
  [[nodiscard]] bool are_all_empty() const { return large.slots() == 0 && single.capacity() == 0; }
  /// What arrives may be as large as this one's slots.
  PayloadArena& carriers() { return large.slots() > 0 ? large : single; }
  PayloadArena& of_size(std::size_t bytes) { return bytes <= single.capacity() ? single : large; }

  // ---- in shared memory, how a slot is named -------------------------------------------------------------------------

  enum Which : std::uint32_t { kSingle, kLarge, kMade };
  static constexpr std::uint32_t kRankBits = 30;
  static std::uint32_t named(Rank owner, Which which) { return static_cast<std::uint32_t>(owner) | which << kRankBits; }
  static Rank owner_of(std::uint32_t name) { return static_cast<Rank>(name & ((1U << kRankBits) - 1)); }
  /// Where slot `number` of an arena lies from the beginning of its owner's memory, which is laid out as this one's.
  [[nodiscard]] std::size_t offset_of(std::uint32_t name, std::uint32_t number) const {
    const std::uint32_t which = name >> kRankBits;
    if (which == kSingle) [[likely]]
      return number * single.stride();
    if (which == kLarge) return single.memory_bytes() + number * large.stride();
    return single.memory_bytes() + large.memory_bytes() + number * made.stride();
  }

  PayloadArena single, large, made;
};

/// A message that cannot leave yet, with the leases of its payloads.
template <class M>
struct Waiting {
  Rank to;
  M message;
  Depth depth;
  Payload payload;
  std::vector<Payload> parts{};  ///< to be joined

  /// False while no lease is free for what its parts are to be joined in.
  bool is_joined(PayloadArena& arena) {
    if (!parts.empty() && !payload) payload = arena.join(parts);
    return parts.empty() || payload;
  }
};

}  // namespace coordbench
