#pragma once
// Ongaro, Ousterhout 2014, 5: a majority that can talk makes progress.

#include "tests/safety/common/replicated_liveness.hpp"
#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing::raft_replication {

struct LivenessView {
  using Protocol = RaftReplication;
  static constexpr int answered = raft::answered;
  static raft::Term leads(const RaftReplication& machine) {
    const raft::Election& election = machine.core().election;
    return election.leads() ? election.term() : 0;
  }
  static Rank leader_of(const auto& world) { return raft_replication::leader_of(world); }
  static std::int64_t applied(const RaftReplication& machine) { return machine.core().state.count(); }
  static std::int64_t to_apply(const auto& world) { return entries_proposed(world); }
};

using Liveness = common::ReplicatedLiveness<LivenessView>;

}  // namespace coordbench::testing::raft_replication
