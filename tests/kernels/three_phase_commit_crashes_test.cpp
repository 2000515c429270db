// Three-phase commit where ranks crash, beside two-phase commit, and the faults that it does not survive.

#include <gtest/gtest.h>

#include "tests/kernels/three_phase_commits.hpp"
#include "tests/kernels/two_phase_commits.hpp"
#include "tests/kernels/violations.hpp"

namespace coordbench::testing::three_phase_commit_crashes_test {
namespace {

using Kind = ThreePhaseCommit::Kind;
using Two = two_phase_commit::Safety;
using Three = three_phase_commit::Safety;
using three_phase_commit::commit_shape;
using three_phase_commit::Transactions;

template <class Safety>
using World = commitment::Transactions<Safety>;

constexpr Time kLong = 1'000'000;  ///< ns, a thousand time-outs

template <class Safety>
Shape shape_at(int ranks) {
  return shape_of<typename Safety::Protocol>(ranks, 8, {{"timeout_us", 1}});
}
void run_until_sent(auto& world, std::size_t messages) {
  while (world.history().sent.size() < messages && world.step()) continue;
}
std::size_t decided_of(const auto& world) { return world.history().answered.size(); }

/// The coordinator is killed once so many messages have been sent, and never comes back.
template <class Safety>
std::unique_ptr<World<Safety>> coordinator_dies(int ranks, std::size_t messages) {
  auto world = std::make_unique<World<Safety>>(shape_at<Safety>(ranks), Faults{}, 1);
  world->propose(0);
  run_until_sent(*world, messages);
  world->crash(0);
  world->run_until(kLong);
  return world;
}

// ---- the third phase, and what it is for ---------------------------------------------------------------------------------

TEST(ThreePhaseCommitCrashes, TwoPhaseCommitBlocksWhereThreePhaseCommitDoesNot) {
  for (int ranks = 2; ranks <= 8; ++ranks) {
    const std::size_t voted = 2 * (static_cast<std::size_t>(ranks) - 1);  // all votes are on their way
    EXPECT_EQ(decided_of(*coordinator_dies<Two>(ranks, voted)), 0U) << "nobody may decide, however long it waits";
    const auto three = coordinator_dies<Three>(ranks, voted);
    EXPECT_EQ(decided_of(*three), static_cast<std::size_t>(ranks) - 1);
    for (const auto& answer : three->history().answered) EXPECT_EQ(answer.outcome, commit::aborted);
  }
}

TEST(ThreePhaseCommitCrashes, LiveRanksDecideWhereverTheCoordinatorDies) {
  for (int ranks = 2; ranks <= 6; ++ranks)
    for (std::size_t messages = 1; messages <= 5 * (static_cast<std::size_t>(ranks) - 1); ++messages) {
      const auto world = coordinator_dies<Three>(ranks, messages);
      std::set<Rank> decided;
      for (const auto& answer : world->history().answered) decided.insert(answer.rank);
      decided.insert(0);
      EXPECT_EQ(decided.size(), static_cast<std::size_t>(ranks)) << messages << " messages\n" << world->conversation();
      world->restart(0);
      world->run();
      world->expect_end();
    }
}

TEST(ThreePhaseCommitCrashes, TellsTheStoryOfACoordinatorLostAfterTheVotes) {
  const auto world = coordinator_dies<Three>(3, 4);
  world->restart(0);
  world->run();
  world->expect_end();
  EXPECT_EQ(world->conversation(),
            "   0  0 → 1  vote request 0\n"
            "   0  0 → 2  vote request 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   1  2 → 0  vote yes 0\n"
            "   1  0 crashes\n"
            "1001  1 → 0  inquire 0\n"  // who is up?
            "1001  1 → 2  inquire 0\n"
            "1001  2 → 0  inquire 0\n"
            "1001  2 → 1  inquire 0\n"
            "1002  2 → 1  uncertain 0\n"
            "1002  1 → 2  uncertain 0\n"
            "2001  1 → 0  inquire 0\n"  // no lower rank is up, so 1 leads, and asks for the states
            "2001  1 → 2  inquire 0\n"
            "2001  2 → 0  inquire 0\n"  // 2 leaves it to 1, which is up
            "2001  2 → 1  inquire 0\n"
            "2002  2 → 1  uncertain 0\n"
            "2002  1 → 2  uncertain 0\n"
            "3001  1 → 0  abort 0\n"  // nobody can have committed
            "3001  1 → 2  abort 0\n"
            "3001  2 → 0  inquire 0\n"
            "3001  2 → 1  inquire 0\n"
            "3002  1 → 2  abort 0\n"
            "1000000  0 is back\n"
            "1000000  0 → 1  abort 0\n"  // it finds no pre-commit in its log
            "1000000  0 → 2  abort 0\n");
}

TEST(ThreePhaseCommitCrashes, TellsTheStoryOfACoordinatorLostWhileItPreCommits) {
  Transactions world(shape_at<Three>(3), {}, 1);
  world.propose(0);
  world.run_until(1);
  world.crash_while_sending(0, 1);
  world.run_until(kLong);
  EXPECT_EQ(world.conversation(),
            "   0  0 → 1  vote request 0\n"
            "   0  0 → 2  vote request 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   1  2 → 0  vote yes 0\n"
            "   2  0 → 1  pre-commit 0\n"
            "   2  0 → 2  pre-commit 0  (lost)\n"
            "   2  0 crashes\n"
            "   3  1 → 0  acknowledge 0\n"
            "1001  2 → 0  inquire 0\n"
            "1001  2 → 1  inquire 0\n"
            "1002  1 → 2  pre-committed 0\n"
            "1003  1 → 0  inquire 0\n"
            "1003  1 → 2  inquire 0\n"
            "1004  2 → 1  uncertain 0\n"
            "2001  2 → 0  inquire 0\n"
            "2001  2 → 1  inquire 0\n"
            "2002  1 → 2  pre-committed 0\n"
            "2003  1 → 0  inquire 0\n"
            "2003  1 → 2  inquire 0\n"
            "2004  2 → 1  uncertain 0\n"
            "3001  2 → 0  inquire 0\n"
            "3001  2 → 1  inquire 0\n"
            "3002  1 → 2  pre-committed 0\n"
            "3003  1 → 2  pre-commit 0\n"  // 0 may have committed; if 1 died now, too, 2 would have to know that
            "3004  2 → 1  acknowledge 0\n"
            "3005  1 → 0  commit 0\n"
            "3005  1 → 2  commit 0\n");
}

TEST(ThreePhaseCommitCrashes, TellsTheStoryOfATotalFailure) {
  Transactions world(shape_at<Three>(3), {}, 1);
  world.propose(0);
  world.run_until(3);  // 1 and 2 are pre-committed
  for (const Rank rank : {0, 1, 2}) world.crash(rank);
  world.run_until(100);
  world.restart(1);
  world.restart(0);
  world.run_until(1500);
  EXPECT_EQ(decided_of(world), 0U) << "the third may have decided when it was the last one up";
  world.restart(2);
  world.run();
  world.expect_end();
  EXPECT_EQ(world.conversation(),
            "   0  0 → 1  vote request 0\n"
            "   0  0 → 2  vote request 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   1  2 → 0  vote yes 0\n"
            "   2  0 → 1  pre-commit 0\n"
            "   2  0 → 2  pre-commit 0\n"
            "   3  1 → 0  acknowledge 0\n"
            "   3  2 → 0  acknowledge 0\n"
            "   3  0 crashes\n"
            "   3  1 crashes\n"
            "   3  2 crashes\n"
            " 100  1 is back\n"
            " 100  1 → 0  inquire 0\n"
            " 100  1 → 2  inquire 0\n"
            " 100  0 is back\n"
            " 100  0 → 1  inquire 0\n"
            " 100  0 → 2  inquire 0\n"
            " 101  0 → 1  recovered, pre-committed 0\n"
            " 101  1 → 0  recovered, pre-committed 0\n"
            "1100  1 → 0  inquire 0\n"
            "1100  1 → 2  inquire 0\n"
            "1100  0 → 1  inquire 0\n"
            "1100  0 → 2  inquire 0\n"
            "1101  0 → 1  recovered, pre-committed 0\n"
            "1101  1 → 0  recovered, pre-committed 0\n"
            "1500  2 is back\n"
            "1500  2 → 0  inquire 0\n"
            "1500  2 → 1  inquire 0\n"
            "1501  0 → 2  recovered, pre-committed 0\n"
            "1501  1 → 2  recovered, pre-committed 0\n"  // 2 knows that nobody has decided, and commits
            "2100  1 → 0  inquire 0\n"
            "2100  1 → 2  inquire 0\n"
            "2100  0 → 1  inquire 0\n"
            "2100  0 → 2  inquire 0\n"
            "2101  0 → 1  recovered, pre-committed 0\n"
            "2101  2 → 1  commit 0\n"
            "2101  1 → 0  recovered, pre-committed 0\n"
            "2101  2 → 0  commit 0\n"
            "2102  0 → 1  commit 0\n"
            "2102  0 → 2  commit 0\n");
}

// ---- faults that it does not survive ---------------------------------------------------------------------------------------

TEST(ThreePhaseCommitCrashes, TellsTheStoryOfAPartitionWhoseSidesDecideDifferently) {
  Cluster<ThreePhaseCommit> world(shape_at<Three>(3), {}, 1);
  world.propose(0);
  world.run_until(1);  // all have voted yes
  for (const Rank left : {0, 1}) world.cut(left, 2), world.cut(2, left);
  world.run_until(kLong);
  EXPECT_EQ(world.machine(0).answer(0).outcome, commit::committed) << "2 is taken to have crashed";
  EXPECT_EQ(world.machine(1).answer(0).outcome, commit::committed);
  EXPECT_EQ(world.machine(2).answer(0).outcome, commit::aborted) << "0 and 1 are taken to have crashed";
  EXPECT_EQ(world.observer().conversation(Three::describe),
            "   0  0 → 1  vote request 0\n"
            "   0  0 → 2  vote request 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   1  2 → 0  vote yes 0\n"
            "   2  0 → 1  pre-commit 0\n"
            "   2  0 → 2  pre-commit 0  (cut off)\n"
            "   3  1 → 0  acknowledge 0\n"
            "1001  2 → 0  inquire 0  (cut off)\n"
            "1001  2 → 1  inquire 0  (cut off)\n"
            "1002  0 → 1  commit 0\n"  // 2 has not acknowledged, so it must have crashed
            "1002  0 → 2  commit 0  (cut off)\n"
            "1003  1 → 0  inquire 0\n"
            "1003  1 → 2  inquire 0  (cut off)\n"
            "1004  0 → 1  commit 0\n"
            "2001  2 → 0  inquire 0  (cut off)\n"
            "2001  2 → 1  inquire 0  (cut off)\n"
            "3001  2 → 0  abort 0  (cut off)\n"  // 0 and 1 do not answer, so they must have crashed
            "3001  2 → 1  abort 0  (cut off)\n");
}

/// Schedules without any fault, and with time-outs of eight times the longest delay.
struct Faultless : Three {
  using Invariants = std::tuple<commitment::Agreement<ThreePhaseCommit>>;
  static void draw(Schedule& schedule, Random& random) {
    schedule.faults = {.seed = schedule.faults.seed, .delay_least_ns = kHop, .delay_most_ns = kHop, .fifo = true};
    schedule.faults.heals_at_ns = 500 * kHop;
    draw_all_but_faults(schedule, random);
    set(schedule.shape, "timeout_us", 2);
    set(schedule.shape, "no_votes", 0);
  }
};
struct Crashes : Faultless {
  static void draw(Schedule& schedule, Random& random) {
    Faultless::draw(schedule, random);
    schedule.faults.crash_every_ns = schedule.faults.crash_lasts_ns = 20 * kHop;
  }
};
struct Partitions : Faultless {
  static void draw(Schedule& schedule, Random& random) {
    Faultless::draw(schedule, random);
    schedule.faults.partition_every_ns = schedule.faults.partition_lasts_ns = 30 * kHop;
  }
};
struct Losses : Faultless {
  static void draw(Schedule& schedule, Random& random) {
    Faultless::draw(schedule, random);
    schedule.faults.loss = 0.2;
  }
};
struct Pauses : Faultless {
  static void draw(Schedule& schedule, Random& random) {
    Faultless::draw(schedule, random);
    schedule.faults.pause_every_ns = 20 * kHop;
    schedule.faults.pause_lasts_ns = 60 * kHop;
  }
};
/// Most messages come in time; some take up to ten time-outs.
struct LateMessages : Faultless {
  static void draw(Schedule& schedule, Random& random) {
    Faultless::draw(schedule, random);
    schedule.faults.delay = Faults::Delay::heavy_tail;
    schedule.faults.delay_most_ns = 100 * kHop;
  }
};

/// Crashes, delays of up to 20 hops and clocks that are wrong by up to 30 %, and a time-out of so many hops.
template <Time hops>
struct Timeout : Crashes {
  static void draw(Schedule& schedule, Random& random) {
    Crashes::draw(schedule, random);
    schedule.faults.delay = Faults::Delay::uniform;
    schedule.faults.delay_most_ns = 20 * kHop;
    schedule.faults.drift_per_million = 300'000;
    set(schedule.shape, "timeout_us", hops * kHop / 1000);
  }
};

TEST(ThreePhaseCommitCrashes, TheSimulatedWorldFindsDisagreementWhereSilenceDoesNotMeanACrash) {
  constexpr int kSchedules = 2000;  // of which so many have two ranks that decide differently
  EXPECT_EQ(violations<Faultless>(kSchedules), 0);
  EXPECT_EQ(violations<Crashes>(kSchedules), 0);
  EXPECT_GT(violations<Partitions>(kSchedules), 100);
  EXPECT_GT(violations<Losses>(kSchedules), 0);
  EXPECT_GT(violations<Pauses>(kSchedules), 0);
  EXPECT_GT(violations<LateMessages>(kSchedules), 10);
}

TEST(ThreePhaseCommitCrashes, ATimeoutOfThreeDelaysIsEnoughForBadClocksAndAQuarterOfADelayIsNot) {
  EXPECT_GT(violations<Timeout<5>>(20'000), 0);
  EXPECT_EQ(violations<Timeout<60>>(20'000), 0);
}

}  // namespace
}  // namespace coordbench::testing::three_phase_commit_crashes_test
