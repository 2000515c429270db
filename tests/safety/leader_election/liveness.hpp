#pragma once
// Ongaro 2014, 3.4 and 3.9: a majority that can talk elects a leader.

#include "kernels/leader_election.hpp"
#include "tests/safety/common/termination.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::leader_election {

/// The server that leads the latest election and is established; -1 if there is none.
inline Rank leader_of(const auto& world) {
  for (Rank rank = 0; rank < world.shape().ranks; ++rank)
    if (world.is_up(rank) && world.machine(rank).operation() == world.proposed() - 1 && world.machine(rank).is_established())
      return rank;
  return -1;
}
/// Whether all servers follow it, in its term.
inline bool is_settled(const auto& world) {
  const Rank leader = leader_of(world);
  for (Rank rank = 0; rank < world.shape().ranks && leader >= 0; ++rank) {
    const raft::Election& server = world.machine(rank).election();
    if (server.leader() != leader || server.term() != world.machine(leader).election().term()) return false;
  }
  return leader >= 0;
}

struct Liveness : common::Termination {
  static constexpr std::string_view sentence =
      "Liveness: once all failures are repaired, every election ends, and in the end all servers follow one leader";
  using Termination::Termination;
  bool holds_at_end(const auto& world) const { return Termination::holds_at_end(world) && is_settled(world); }
};

}  // namespace coordbench::testing::leader_election
