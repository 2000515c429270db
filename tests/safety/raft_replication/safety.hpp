#pragma once
// What Raft promises, and what it claims to survive: everything but the loss of term, vote and log.

#include "tests/safety/raft_replication/election_safety.hpp"
#include "tests/safety/raft_replication/exactly_once.hpp"
#include "tests/safety/raft_replication/integrity.hpp"
#include "tests/safety/raft_replication/leader_append_only.hpp"
#include "tests/safety/raft_replication/leader_completeness.hpp"
#include "tests/safety/raft_replication/linearizability.hpp"
#include "tests/safety/raft_replication/liveness.hpp"
#include "tests/safety/raft_replication/log_matching.hpp"
#include "tests/safety/raft_replication/one_vote.hpp"
#include "tests/safety/raft_replication/state_machine_safety.hpp"
#include "tests/safety/raft_replication/words.hpp"

namespace coordbench::testing {

struct RaftReplicationSafety {
  using Protocol = RaftReplication;
  /// The narrower first: who votes twice elects two, two leaders make two logs, and so on.
  using Invariants = std::tuple<OneVote, ElectionSafety, LeaderAppendOnly, LogMatching, LeaderCompleteness, StateMachineSafety,
                                ExactlyOnce, Linearizability, RaftIntegrity, RaftLiveness>;

  static std::string describe(const RaftMessage& message) { return describe_raft(message); }

  /// Each client has one operation open. A time-out is well above any delay, or nobody would ever be elected.
  static void draw(Schedule& schedule, Random& random) {
    const int clients = random.between(1, 3);
    schedule.shape.in_flight = random.between(1, clients);
    const Time timeout_us = 1 + schedule.faults.delay_most_ns * random.between<Time>(3, 8) / 1000;
    set(schedule.shape, "client", clients);
    set(schedule.shape, "batch", random.below(2) == 0 ? 1 : random.between(1, schedule.shape.in_flight));
    set(schedule.shape, "commit_broadcast", random.below(2));
    set(schedule.shape, "thrifty", random.below(4) == 0 ? 1 : 0);
    set(schedule.shape, "election_timeout_us", timeout_us);
    schedule.operations = random.between<std::int64_t>(1, 24);
    schedule.faults.amnesia = 0;
    schedule.faults.heals_at_ns += 10 * timeout_us * 1000;
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 60 * timeout_us * 1000 + 4 * schedule.think_ns * schedule.operations;
  }

  /// Everyone has applied what anyone has.
  static bool is_at_rest(const auto& world) {
    for (Rank rank = 0; rank < world.shape().ranks; ++rank)
      if (world.machine(rank).core().state.count() != world.proposed()) return false;
    return true;
  }

  /// Operation k is client k mod C's.
  static Rank proposer(const auto& world) {
    return world.shape().ranks + static_cast<Rank>(world.proposed() % (world.size() - world.shape().ranks));
  }
};

}  // namespace coordbench::testing
