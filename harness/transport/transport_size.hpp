#pragma once
// How large the transport of a protocol's case is, from what the protocol declares: the same for every transport.

#include <algorithm>
#include <optional>

#include "harness/protocol_traits.hpp"
#include "harness/simulated.hpp"

namespace coordbench {

/// Messages of a rank that --loss may hold back at a time.
inline constexpr std::size_t kHeldBackMost = 64;

/// How large a transport makes itself; see `transport_size`.
struct TransportSize {
  std::size_t posted_receives;   ///< kept open at a time
  std::size_t leases;            ///< payload slots: the posted receives, and what the machine and the harness may hold
  std::size_t payload_capacity;  ///< bytes of one operation
  std::size_t large_leases = 0;  ///< slots for payloads that are larger: received, kept by the machine, being sent
  std::size_t large_bytes = 0;   ///< of a batch of operations, or of the machine's own making
  std::size_t made = 0;          ///< slots for payloads of the machine's own making
  std::size_t made_bytes = 0;    ///< the largest of them
  std::size_t window;            ///< sends to one peer that may be open at a time
  std::size_t backlog;           ///< messages that may wait for a window
  std::optional<Rank> source{};  ///< the only rank that sends here, if there is only one
};

/// A receive from a known sender is set up when it is posted; one from any sender only when its message is here, which costs a
/// tenth of a hop. So a protocol may say `hears_from(shape, rank)`; of two ranks there is only one to hear from.
template <Protocol P>
std::optional<Rank> source_of(const Shape& shape, Rank self) {
  if (shape.members() == 2) return 1 - self;
  if constexpr (requires { P::hears_from(shape, self); }) return P::hears_from(shape, self);
  return std::nullopt;
}

/// Sized by what the kernel declares and the in-flight window, not by the number of peers; posted receives of large payloads
/// stay below 64 MiB.
template <Protocol P>
TransportSize transport_size(const Shape& shape, Rank self) {
  constexpr std::size_t kPostedMin = 4, kPostedMax = 256, kPostedBytesMax = std::size_t{64} << 20U;
  const Bounds bounds = bounds_of<P>(shape, self);
  const std::size_t batch = batch_of<P>(shape);
  const auto single = static_cast<std::size_t>(shape.payload_bytes);
  const std::size_t trailer = Authenticates<P> ? trailer_bytes(shape.authentication) : 0;
  const std::size_t largest = std::max(batch * single, bounds.made_bytes) + trailer;
  const auto in_flight = static_cast<std::size_t>(shape.in_flight);
  const std::size_t affordable = std::max(kPostedMin, kPostedBytesMax / std::max<std::size_t>(largest, 1));
  const std::size_t posted = std::min(affordable, std::clamp(bounds.receives + 1, kPostedMin, kPostedMax));
  const std::size_t held = shape.loss.delay_ns > 0 ? kHeldBackMost : 0;
  const std::size_t leases = posted + bounds.leases + 2 * in_flight + 8 + held;
  const std::size_t copies = shape.loss.doubled > 0 ? 2 : 1;
  const std::size_t sealed = trailer > 0 ? bounds.leases * static_cast<std::size_t>(shape.members()) : 0;  // each has a copy
  return {.posted_receives = posted,
          .leases = leases,
          .payload_capacity = single,
          .large_leases = largest > single ? leases + sealed : 0,
          .large_bytes = largest > single ? largest : 0,
          .made = 2 * bounds.made + (bounds.made > 0 ? held : 0),  // twice, because receipts are never held back
          .made_bytes = bounds.made_bytes,
          .window = 2 * in_flight + 8,
          .backlog = copies * std::max(leases, 2 * in_flight) * static_cast<std::size_t>(shape.members()) + bounds.sends + 8,
          .source = source_of<P>(shape, self)};
}

/// Simulated ranks share one memory, and the library keeps for them what they are not ready to take.
inline TransportSize affordable_over_mpi(TransportSize size) {
  if constexpr (kSimulated) {
    size.posted_receives = std::min<std::size_t>(size.posted_receives, 16);
    size.backlog = std::min<std::size_t>(size.backlog, 256);
  }
  return size;
}

}  // namespace coordbench
