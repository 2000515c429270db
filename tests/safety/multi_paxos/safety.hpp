#pragma once
// What Multi-Paxos promises, and what it claims to survive: everything but the loss of promises and of what was accepted.

#include "tests/safety/common/counter_linearizability.hpp"
#include "tests/safety/common/integrity.hpp"
#include "tests/safety/multi_paxos/agreement.hpp"
#include "tests/safety/multi_paxos/exactly_once.hpp"
#include "tests/safety/multi_paxos/liveness.hpp"
#include "tests/safety/multi_paxos/one_proposal.hpp"
#include "tests/safety/multi_paxos/phase_one.hpp"
#include "tests/safety/multi_paxos/promise.hpp"
#include "tests/safety/multi_paxos/same_states.hpp"
#include "tests/safety/multi_paxos/words.hpp"

namespace coordbench::testing::multi_paxos {

struct Safety {
  using Linearizability = common::CounterLinearizability<paxos::answered, answer_to>;
  using Protocol = MultiPaxos;
  /// The narrower first: who breaks a promise makes two values chosen, and so on.
  using Invariants = std::tuple<Promise, Quorum, HighestBallot, OneProposal, Proposed, Agreement, Learning, SameStates,
                                ExactlyOnce, Linearizability, common::Integrity<MultiPaxos>, Liveness>;

  static std::string describe(const paxos::Message& message) { return multi_paxos::describe(message); }

  /// A time-out is well above any delay, or nobody would ever lead.
  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    shape.clients = random.between(0, MultiPaxos::clients_most);
    shape.in_flight = draw_window(random);
    set(shape, "batch", random.below(2) == 0 ? 1 : random.between(1, std::max(shape.clients, 1) * shape.in_flight));
    set(shape, "commit_broadcast", random.below(2));
    set(shape, "thrifty", random.below(4) == 0 ? 1 : 0);
    const bool is_majority = random.below(2) == 0;
    if (!is_majority) draw_quorums(shape, random);
    schedule.operations = random.between<std::int64_t>(1, 40);
    schedule.faults.amnesia = 0;
    if (random.below(6) == 0) return never_times_out(schedule);
    const Time timeout_us = 1 + schedule.faults.delay_most_ns * random.between<Time>(3, 8) / 1000;
    set(shape, "election_timeout_us", timeout_us);
    set(shape, "leader", random.below(2));
    schedule.faults.heals_at_ns += 10 * timeout_us * 1000;
    // A client whose requests overtake each other gets one answer every other time-out, and may ask three servers between.
    const Time time_outs = 60 + (shape.clients > 0 ? 8 * schedule.operations : 0);
    schedule.ends_at_ns =
        schedule.faults.heals_at_ns + time_outs * timeout_us * 1000 + 4 * schedule.think_ns * schedule.operations;
    if (is_majority && random.below(4) == 0) cut_a_minority_for_ever(schedule, random);
  }

  /// Clients ask whom they believe to lead. Where there are none, the user asks the leader, or, of every fourth operation and
  /// while there is no leader, rank 0, as the harness does.
  static Rank proposer(const auto& world, Operation operation) {
    if (world.shape().clients > 0) return proposer_of<MultiPaxos>(world.shape(), operation);
    const Rank leader = leader_of(world);
    return leader < 0 || operation % 4 == 0 ? 0 : leader;
  }

  /// Everyone has applied what anyone has.
  static bool is_at_rest(const auto& world) {
    for (Rank rank = 0; rank < world.shape().ranks; ++rank)
      if (world.machine(rank).replica().state.count() != world.proposed()) return false;
    return true;
  }

 private:
  /// Any two that must meet.
  static void draw_quorums(Shape& shape, Random& random) {
    const int q2 = random.between(1, shape.ranks);
    set(shape, "q2", q2);
    set(shape, "q1", random.between(shape.ranks - q2 + 1, shape.ranks));
  }
  /// Without time-outs nothing is said again by itself, and servers that are told of slots keep none for those behind: what is
  /// sent must come, in its order, as over MPI.
  static void never_times_out(Schedule& schedule) {
    lose_nothing(schedule);
    schedule.faults.fifo = true;
    schedule.ends_at_ns += 4 * (schedule.think_ns + 2 * schedule.faults.delay_most_ns) * schedule.operations;
  }
};

}  // namespace coordbench::testing::multi_paxos
