#pragma once
// Ranks that send to each other through a sequencer, held against every invariant: for the tests of the sequencer.

#include "tests/kernels/watched.hpp"
#include "tests/safety/sequencer/safety.hpp"

namespace coordbench::testing::sequencer {

using coordbench::sequencer::Kind;
inline constexpr std::int64_t kUB = coordbench::sequencer::unicast_broadcast, kBB = coordbench::sequencer::broadcast_broadcast,
                              kUUB = coordbench::sequencer::unicast_unicast_broadcast;

inline Shape sequencer_shape(int ranks, const Settings& set = {}, int in_flight = 1) {
  Shape shape = shape_of<Sequencer>(ranks, 8, set);
  shape.in_flight = in_flight;
  return shape;
}

class Group : public Watched<Safety> {
 public:
  using Watched::Watched;

  /// The operations of a rank's deliveries, in order.
  [[nodiscard]] std::vector<Operation> delivered_at(Rank rank) const {
    std::vector<Operation> operations;
    for (const auto& it : history().reached)
      if (it.rank == rank && it.mark == Sequencer::delivered) operations.push_back(it.operation);
    return operations;
  }
};

/// The deepest that any rank has a mark of an operation; -1 if none has it.
inline int deepest(const History<Sequencer>& history, Operation k, int mark) {
  int depth = -1;
  for (const auto& it : history.reached)
    if (it.operation == k && it.mark == mark) depth = std::max(depth, it.depth);
  return depth;
}

}  // namespace coordbench::testing::sequencer
