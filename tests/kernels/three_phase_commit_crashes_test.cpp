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

/// Of five ranks the coordinator dies, and later the one that leads in its place; each in the middle of whatever it sends.
TEST(ThreePhaseCommitCrashes, LiveRanksDecideWhereverTheNextLeaderDiesToo) {
  for (std::size_t first = 1; first <= 20; ++first)
    for (int sends = 0; sends <= 4; ++sends)
      for (std::size_t then = 0; then <= 40; ++then) {
        Transactions world(shape_at<Three>(5), {}, 1);
        world.propose(0);
        run_until_sent(world, first);
        world.crash_while_sending(0, sends);
        run_until_sent(world, first + then);
        world.crash_while_sending(1, sends);
        world.run_until(kLong);
        std::set<Rank> decided;
        for (const auto& answer : world.history().answered) decided.insert(answer.rank);
        for (const Rank rank : {2, 3, 4}) EXPECT_TRUE(decided.contains(rank)) << rank << "\n" << world.conversation();
        world.heal();
        world.run();
        world.expect_end();
      }
}

TEST(ThreePhaseCommitCrashes, TellsTheStoryOfACoordinatorLostAfterTheVotes) {
  const auto world = coordinator_dies<Three>(3, 4);
  world->restart(0);
  world->run();
  world->expect_end();
  EXPECT_EQ(world->conversation(), "");
}

TEST(ThreePhaseCommitCrashes, TellsTheStoryOfACoordinatorLostWhileItPreCommits) {
  Transactions world(shape_at<Three>(4), {}, 1);
  world.propose(0);
  world.run_until(1);
  world.crash_while_sending(0, 1);
  world.run_until(kLong);
  EXPECT_EQ(world.conversation(), "");
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
  EXPECT_EQ(world.conversation(), "");
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
  EXPECT_EQ(world.observer().conversation(Three::describe), "");
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
    schedule.faults.pause_every_ns = schedule.faults.pause_lasts_ns = 20 * kHop;
  }
};
/// Delays of up to twice the time-out.
struct LateMessages : Faultless {
  static void draw(Schedule& schedule, Random& random) {
    Faultless::draw(schedule, random);
    schedule.faults.delay = Faults::Delay::uniform;
    schedule.faults.delay_most_ns = 20 * kHop;
  }
};

/// How many of 2,000 schedules have two ranks that decide differently.
template <class Claim>
int disagreements() {
  return violations<Claim>(2000);
}

TEST(ThreePhaseCommitCrashes, TheSimulatedWorldFindsDisagreementWhereSilenceDoesNotMeanACrash) {
  EXPECT_EQ(disagreements<Faultless>(), 0);
  EXPECT_EQ(disagreements<Crashes>(), 0);
  EXPECT_GT(disagreements<Partitions>(), 100);
  EXPECT_GT(disagreements<Losses>(), 100);
  EXPECT_GT(disagreements<Pauses>(), 100);
  EXPECT_GT(disagreements<LateMessages>(), 100);
}

}  // namespace
}  // namespace coordbench::testing::three_phase_commit_crashes_test
