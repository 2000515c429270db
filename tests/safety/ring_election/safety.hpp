#pragma once
// What an election on a ring promises, and what it claims to survive: delays, messages that overtake each other, duplicates.
// Nothing is sent again, so nothing may be lost; and a rank that is down or paused when an election begins never begins it.

#include "tests/safety/common/termination.hpp"
#include "tests/safety/ring_election/announcement.hpp"
#include "tests/safety/ring_election/course.hpp"
#include "tests/safety/ring_election/one_leader.hpp"

namespace coordbench::testing::ring_election {

struct Safety {
  using Protocol = RingElection;
  /// A rank that passes on the wrong identifiers may also lead or stop an election: the narrower first.
  using Invariants = std::tuple<Course, OneLeader, Announcement, common::Termination>;

  static std::string describe(const RingElection::Message& message) {
    const std::string rank = std::to_string(RingElection::rank_of(message.identifier));
    return (message.kind == RingElection::Kind::leader ? "leader: " : "candidate: ") + rank + " in " +
           std::to_string(message.first);
  }

  static void draw(Schedule& schedule, Random& random) {
    draw_all_but_faults(schedule, random);
    lose_nothing(schedule);
    schedule.faults.pause_every_ns = schedule.faults.pause_lasts_ns = 0;
  }
  static void draw_all_but_faults(Schedule& schedule, Random& random) {
    set(schedule.shape, "order", random.below(3));
    schedule.operations = random.between<std::int64_t>(1, 24);
    schedule.ends_at_ns = schedule.faults.heals_at_ns +
                          schedule.operations * (4 * schedule.think_ns + 3 * kRanksMost * schedule.faults.delay_most_ns);
  }
};

}  // namespace coordbench::testing::ring_election
