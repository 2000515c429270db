#pragma once
// What the bully algorithm promises, and what it claims to survive: crashes, duplicates, messages that overtake each other,
// clocks that drift. Messages must come within half a time-out: no loss, no partition, no pause. A round is on disk.

#include "tests/safety/bully_election/ended.hpp"
#include "tests/safety/bully_election/following.hpp"
#include "tests/safety/bully_election/one_election.hpp"
#include "tests/safety/bully_election/one_leader.hpp"
#include "tests/safety/bully_election/supremacy.hpp"
#include "tests/safety/bully_election/termination.hpp"

namespace coordbench::testing::bully_election {

struct Safety {
  using Protocol = BullyElection;
  /// A rank that does not answer lets a lower one lead, and then two lead: the narrower first.
  using Invariants = std::tuple<OneElection, Following, Supremacy, Ended, OneLeader, Termination>;

  static std::string describe(const BullyElection::Message& message) {
    static constexpr std::array<std::string_view, 4> kWords{"election", "answer", "coordinator", "newer"};
    return std::string(kWords[static_cast<std::size_t>(message.kind)]) + " " + std::to_string(message.first) + ", round " +
           std::to_string(message.round);
  }

  static void draw(Schedule& schedule, Random& random) {
    draw_all_but_faults(schedule, random);
    Faults& faults = schedule.faults;
    faults.loss = faults.amnesia = 0;
    faults.partition_every_ns = faults.partition_lasts_ns = faults.pause_every_ns = faults.pause_lasts_ns = 0;
    if (schedule.shape["timeout_us"] == 0) lose_nothing(schedule);
  }
  static void draw_all_but_faults(Schedule& schedule, Random& random) {
    const Time timeout_us = random.below(6) == 0 ? 0 : 1 + schedule.faults.delay_most_ns * random.between<Time>(3, 6) / 1000;
    set(schedule.shape, "initiator", random.below(3));
    set(schedule.shape, "timeout_us", timeout_us);
    schedule.operations = random.between<std::int64_t>(1, 16);
    const Time election = 10 * schedule.faults.delay_most_ns + 6'000 * timeout_us;
    schedule.ends_at_ns =
        schedule.faults.heals_at_ns + 20'000 * timeout_us + schedule.operations * (2 * schedule.think_ns + election);
  }
};

}  // namespace coordbench::testing::bully_election
