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

namespace coordbench::testing::raft_replication {

struct Safety {
  using Protocol = RaftReplication;
  /// The narrower first: who votes twice elects two, two leaders make two logs, and so on.
  using Invariants = std::tuple<OneVote, ElectionSafety, LeaderAppendOnly, LogMatching, LeaderCompleteness, StateMachineSafety,
                                ExactlyOnce, Linearizability, Integrity, Liveness>;

  static std::string describe(const raft::Message& message) { return raft_replication::describe(message); }

  /// A time-out is well above any delay, or nobody would ever be elected.
  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    shape.clients = random.between(0, RaftReplication::clients_most);
    shape.in_flight = draw_window(random);
    set(shape, "batch", random.below(2) == 0 ? 1 : random.between(1, std::max(shape.clients, 1) * shape.in_flight));
    set(shape, "commit_broadcast", random.below(2));
    set(shape, "thrifty", random.below(4) == 0 ? 1 : 0);
    set(shape, "pre_vote", random.below(4) == 0 ? 0 : 1);
    schedule.operations = random.between<std::int64_t>(1, 40);
    schedule.faults.amnesia = 0;
    draw_reads(schedule, random);
    if (random.below(6) == 0) return never_times_out(schedule);
    const Time timeout_us = 1 + schedule.faults.delay_most_ns * random.between<Time>(3, 8) / 1000;
    set(shape, "election_timeout_us", timeout_us);
    set(shape, "leader", random.below(2));
    if (random.below(2) == 0) set(shape, "lease_us", random.between<Time>(1, timeout_us));
    schedule.faults.heals_at_ns += 10 * timeout_us * 1000;
    // A client whose requests overtake each other gets one answer every other time-out, and may ask three servers between.
    const Time time_outs = 60 + (shape.clients > 0 ? 8 * schedule.operations : 0);
    schedule.ends_at_ns =
        schedule.faults.heals_at_ns + time_outs * timeout_us * 1000 + 4 * schedule.think_ns * schedule.operations;
    // Without pre-votes a server that hears nobody raises the term for ever, and deposes every leader: nothing is claimed.
    if (shape["pre_vote"] == 1 && random.below(4) == 0) cut_a_minority_for_ever(schedule, random);
  }

  /// Clients ask whom they believe to lead. Where there are none, the user asks the leader, or, of every fourth operation and
  /// while there is no leader, rank 0, as the harness does; every other read goes to a leader that may be deposed.
  static Rank proposer(const auto& world, Operation operation) {
    if (world.shape().clients > 0) return proposer_of<RaftReplication>(world.shape(), operation);
    const bool is_read = raft::Setting(world.shape()).reading.is_read(operation);
    const Rank leader = is_read && operation % 2 == 1 ? oldest_leader_of(world) : leader_of(world);
    return leader < 0 || operation % 4 == 0 ? 0 : leader;
  }

  /// Everyone has applied what anyone has.
  static bool is_at_rest(const auto& world) {
    const std::int64_t entries = entries_proposed(world);
    for (Rank rank = 0; rank < world.shape().ranks; ++rank)
      if (world.machine(rank).core().state.count() != entries) return false;
    return true;
  }

 private:
  /// A lease is shorter by as much as one clock of the schedule may be slower than another.
  static void draw_reads(Schedule& schedule, Random& random) {
    if (random.below(4) == 0) return;
    set(schedule.shape, "reads", random.below(8) == 0 ? 100 : random.between(1, 99));
    set(schedule.shape, "read", random.below(3));
    const int drift = schedule.faults.drift_per_million, least = 100 - 100 * (1'000'000 - drift) / (1'000'000 + drift);
    set(schedule.shape, "drift_percent", random.between(least, 99));
  }
  /// Without time-outs nothing is said again by itself, and servers that are told of entries keep none for those behind: what
  /// is sent must come, in its order, as over MPI.
  static void never_times_out(Schedule& schedule) {
    lose_nothing(schedule);
    schedule.faults.fifo = true;
    schedule.ends_at_ns += 4 * (schedule.think_ns + 2 * schedule.faults.delay_most_ns) * schedule.operations;
  }
};

}  // namespace coordbench::testing::raft_replication
