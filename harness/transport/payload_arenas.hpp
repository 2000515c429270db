#pragma once
// Where the payloads of a protocol's transport lie: those of single operations, and apart from them those of messages of
// several, which would scatter the others.

#include <optional>
#include <vector>

#include "harness/payload.hpp"
#include "harness/transport/transport_size.hpp"

namespace coordbench {

struct PayloadArenas {
  /// In memory of its own.
  explicit PayloadArenas(const TransportSize& size)
      : single(size.leases, size.payload_capacity), batches(size.batch_leases, size.batch * size.payload_capacity) {}
  /// In memory that other processes see, `shared_bytes(size)` of it.
  PayloadArenas(const TransportSize& size, std::byte* shared, Rank owner)
      : single(shared_slots(size), size.payload_capacity, shared, static_cast<std::uint32_t>(owner)),
        batches(size.batch_leases, size.batch * size.payload_capacity, shared + single.memory_bytes(),
                static_cast<std::uint32_t>(owner) | kOfBatches) {}

  static std::size_t shared_bytes(const TransportSize& size) {
    return shared_slots(size) * PayloadArena::stride(size.payload_capacity) +
           size.batch_leases * PayloadArena::stride(size.batch * size.payload_capacity);
  }
  /// A slot is free again only once every receiver has given it back, and they keep as many as the machine says.
  static std::size_t shared_slots(const TransportSize& size) { return 2 * size.leases; }

  /// What arrives may be as large as this one's slots.
  PayloadArena& carriers() { return batches.slots() > 0 ? batches : single; }

  /// In shared memory: set in the owner of a slot that lies in `batches`.
  static constexpr std::uint32_t kOfBatches = 1U << 31U;

  PayloadArena single, batches;
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
