#pragma once
// What Raft's elections promise, and what they claim to survive: everything but the loss of term and vote.

#include "tests/safety/leader_election/election_safety.hpp"
#include "tests/safety/leader_election/liveness.hpp"
#include "tests/safety/leader_election/mandate.hpp"
#include "tests/safety/leader_election/one_vote.hpp"
#include "tests/safety/leader_election/pre_vote.hpp"

namespace coordbench::testing::leader_election {

struct Safety {
  using Protocol = LeaderElection;
  /// A server that votes twice elects two leaders: the narrower first.
  using Invariants = std::tuple<OneVote, ElectionSafety, PreVote, Mandate, Liveness>;

  static std::string describe(const LeaderElection::Message& message) {
    static constexpr std::array<std::string_view, 9> kWords{"would you vote for me?",
                                                            "I would",
                                                            "I would not",
                                                            "vote for me",
                                                            "my vote is yours",
                                                            "no",
                                                            "I lead",
                                                            "I follow",
                                                            "no"};
    return "election " + std::to_string(message.first) + ", term " + std::to_string(message.term) + ": " +
           std::string(kWords[static_cast<std::size_t>(message.kind)]) + (message.count == 0 ? ", still" : "");
  }

  /// A time-out is well above any delay, or nobody would ever be elected.
  static void draw(Schedule& schedule, Random& random) {
    set(schedule.shape, "pre_vote", random.below(2));
    schedule.operations = random.between<std::int64_t>(1, 16);
    schedule.faults.amnesia = 0;
    if (random.below(6) == 0) return never_times_out(schedule);
    const Time timeout_us = 1 + schedule.faults.delay_most_ns * random.between<Time>(3, 8) / 1000;
    set(schedule.shape, "election_timeout_us", timeout_us);
    schedule.faults.heals_at_ns += 10'000 * timeout_us;
    schedule.ends_at_ns = schedule.faults.heals_at_ns + (60 + 4 * schedule.operations) * timeout_us * 1000 +
                          4 * schedule.think_ns * schedule.operations;
  }

  /// With time-outs any server may be asked; without, a server that missed a term could not catch up.
  static Rank proposer(const auto& world, Operation operation) {
    if (!LeaderElection::times_out(world.shape())) return 0;
    return static_cast<Rank>(mix(world.shape().seed ^ static_cast<std::uint64_t>(operation)) %
                             static_cast<std::uint64_t>(world.shape().ranks));
  }
  static bool is_at_rest(const auto& world) { return is_settled(world); }

 private:
  /// Without time-outs nothing is said again, and messages that overtake those of the next election are not heard: what is sent
  /// must come, in its order, as over MPI.
  static void never_times_out(Schedule& schedule) {
    lose_nothing(schedule);
    schedule.faults.fifo = true;
    schedule.ends_at_ns += schedule.operations * (2 * schedule.think_ns + 8 * schedule.faults.delay_most_ns);
  }
};

}  // namespace coordbench::testing::leader_election
