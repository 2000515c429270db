#pragma once
// Lamport, "Paxos made simple", 2001, 2.4: a leader that can talk to quorums makes progress.

#include "tests/safety/common/replicated_liveness.hpp"
#include "tests/safety/multi_paxos/servers.hpp"

namespace coordbench::testing::multi_paxos {

struct LivenessView {
  using Protocol = MultiPaxos;
  static constexpr int answered = paxos::answered;
  static paxos::Ballot leads(const MultiPaxos& machine) {
    const paxos::Ballots& ballots = machine.replica().ballots;
    return ballots.leads() ? ballots.promised() : 0;
  }
  static Rank leader_of(const auto& world) { return multi_paxos::leader_of(world); }
  static std::int64_t applied(const MultiPaxos& machine) { return machine.replica().state.count(); }
  static std::int64_t to_apply(const auto& world) { return world.proposed(); }
};

using Liveness = common::ReplicatedLiveness<LivenessView>;

}  // namespace coordbench::testing::multi_paxos
