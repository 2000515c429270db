#pragma once
// How large the transport of a protocol's case is, from what the protocol declares: the same for every transport.

#include <algorithm>
#include <optional>

#include "harness/protocol.hpp"

namespace coordbench {

/// How large a transport makes itself; see `transport_size`.
struct TransportSize {
  std::size_t posted_receives;   ///< kept open at a time
  std::size_t leases;            ///< payload slots: the posted receives, and what the machine and the harness may hold
  std::size_t payload_capacity;  ///< bytes of one operation
  std::size_t batch = 1;         ///< operations whose payloads may share a message
  std::size_t batch_leases = 0;  ///< slots for messages of several: received, kept by the machine, being sent
  std::size_t window;            ///< sends to one peer that may be open at a time
  std::size_t backlog;           ///< messages that may wait for a window
  std::optional<Rank> source;    ///< the only rank that sends here, if there is only one
};

/// A receive from a known sender is set up when it is posted; one from any sender only when its message is here, which costs a
/// tenth of a hop. So a protocol may say `hears_from(shape, rank)`; of two ranks there is only one to hear from.
template <Protocol P>
std::optional<Rank> source_of(const Shape& shape, Rank self) {
  if (shape.ranks + clients_of<P>(shape) == 2) return 1 - self;
  if constexpr (requires { P::hears_from(shape, self); }) return P::hears_from(shape, self);
  return std::nullopt;
}

/// Sized by what the kernel declares (in-degree, leases it may keep) and the in-flight window, not by the number of peers;
/// posted receives of large payloads stay below 64 MiB.
template <Protocol P>
TransportSize transport_size(const Shape& shape, Rank self) {
  constexpr std::size_t kPostedMin = 4, kPostedMax = 256, kPostedBytesMax = std::size_t{64} << 20U;
  const std::size_t batch = batch_of<P>(shape);
  const std::size_t capacity = batch * static_cast<std::size_t>(shape.payload_bytes);
  const auto in_flight = static_cast<std::size_t>(shape.in_flight);
  const std::size_t affordable = std::max(kPostedMin, kPostedBytesMax / std::max<std::size_t>(capacity, 1));
  const std::size_t posted = std::min(affordable, std::clamp(P::in_degree(shape, self) + 1, kPostedMin, kPostedMax));
  const auto members = static_cast<std::size_t>(shape.ranks + clients_of<P>(shape));
  const std::size_t leases = posted + P::leases(shape) + 2 * in_flight + 8;
  return {.posted_receives = posted,
          .leases = leases,
          .payload_capacity = static_cast<std::size_t>(shape.payload_bytes),
          .batch = batch,
          .batch_leases = batch > 1 ? leases : 0,
          .window = 2 * in_flight + 8,
          .backlog = std::max(leases, 2 * in_flight) * members + OutboxCapacity(P::outbox_capacity(shape)).messages + 8,
          .source = source_of<P>(shape, self)};
}

}  // namespace coordbench
