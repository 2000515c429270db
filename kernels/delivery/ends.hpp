#pragma once
// The two ends of an operation that is delivered to one rank: its sender, which is rank 0 or a client, and its receiver, the
// last server. At N = 1 without clients both are one rank, and nothing is sent.

#include <algorithm>
#include <optional>

#include "harness/protocol.hpp"

namespace coordbench::delivery {

inline constexpr int kClientsMost = 4096;

inline int senders(const Shape& shape) { return std::max(shape.clients, 1); }
inline Rank receiver(const Shape& shape) { return shape.ranks - 1; }
inline bool is_alone(const Shape& shape) { return shape.members() == 1; }

/// A sender hears from the receiver alone; the receiver from the sender, if there is only one.
inline std::optional<Rank> hears_from(const Shape& shape, Rank rank) {
  if (is_alone(shape) || (rank == receiver(shape) && shape.clients > 1)) return std::nullopt;
  if (rank != receiver(shape)) return receiver(shape);
  return shape.clients == 1 ? shape.ranks : 0;
}

/// For operations of which a message may be lost for good: longer than a message is under way, or the harness's looks would
/// slow it down.
inline Silence silence_under_loss(const Shape& shape) {
  constexpr Time kWait = 50'000;
  return {.first = kWait + shape.loss.delay_ns, .again = kWait};
}
inline std::string unfit_to_overlap(const Shape& shape) {
  return shape.in_flight > 1 ? "with --loss an operation ends in silence, alone; give --in-flight 1" : "";
}

}  // namespace coordbench::delivery
