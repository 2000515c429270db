#include "kernels/clock_sync_pairs.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/clock_syncs.hpp"
#include "tests/safety/clock_sync_pairs/safety.hpp"

namespace coordbench::testing::clock_sync_pairs_test {
namespace {

using clock_sync_pairs::Safety;
using Clocks = clock_syncs::Clocks<Safety>;
using Machine = clock_syncs::Machine<ClockSyncPairs>;

Shape pairs(int ranks, std::int64_t probes = 2, std::int64_t resend_us = 0) {
  return shape_of<ClockSyncPairs>(ranks, 0, {{"probes", probes}, {"resend_us", resend_us}});
}

TEST(ClockSyncPairs, CostsWhatItDeclaresForEveryN) { clock_syncs::expect_declared_costs<Safety>(); }
TEST(ClockSyncPairs, CostsWhatItDeclaresUnderLoss) { clock_syncs::expect_declared_costs_under_loss<Safety>(4, 6); }
TEST(ClockSyncPairs, FindsWhatItDoesNotClaim) { clock_syncs::expect_to_find_what_it_does_not_claim<Safety>(); }
TEST(ClockSyncPairs, RefusesOperationsThatOverlap) { clock_syncs::expect_refusals<ClockSyncPairs>(); }
TEST(ClockSyncPairs, AcceptsPlausibleOffsetsOnly) { clock_syncs::expect_plausible_answers_only<ClockSyncPairs>(); }
TEST(ClockSyncPairs, SaysWhatLossDoesToIt) { clock_syncs::expect_to_say_what_loss_does<ClockSyncPairs>(); }

TEST(ClockSyncPairs, TellsTheStoryOfThreeRanks) {
  Clocks cluster(pairs(3), {.delay_least_ns = 50});
  cluster.compare(0);
  EXPECT_EQ(cluster.conversation(),
            "   0  1 → 0  exchange 1, stamp 0\n"
            "   0  2 → 0  exchange 1, stamp 0\n"
            "   0  2 → 1  exchange 1, stamp 0\n"
            "  50  0 → 1  exchange 1, stamp 50\n"
            "  50  0 → 2  exchange 1, stamp 50\n"
            "  50  1 → 2  exchange 1, stamp 50\n"
            " 100  1 → 0  exchange 2, stamp 0\n"
            " 100  2 → 0  exchange 2, stamp 0\n"
            " 100  2 → 1  exchange 2, stamp 0\n"
            " 150  0 → 1  exchange 2, stamp 150\n"
            " 150  0 → 2  exchange 2, stamp 150\n"
            " 150  1 → 2  exchange 2, stamp 150\n");
}

TEST(ClockSyncPairs, CostsByHandAtFiveRanks) {
  const Cost cost = ClockSyncPairs::cost(pairs(5, 3), 0);
  EXPECT_EQ(cost.messages, Range(60)) << "10 pairs, 3 exchanges of 2 messages";
  EXPECT_EQ(cost.delays[0], Range(6, 60 - 10 + 1));
  EXPECT_EQ(ClockSyncPairs::cost(pairs(1), 0).messages, Range(0));
  EXPECT_EQ(ClockSyncPairs::cost(pairs(1), 0).delays[0], Range(0));
}

TEST(ClockSyncPairs, HasNoMoreDelaysThanItDeclares) {
  EXPECT_EQ(clock_syncs::most_delays<Safety>(pairs(2, 4)), 8);
  EXPECT_GT(clock_syncs::most_delays<Safety>(pairs(3, 3)), 6);
  EXPECT_GT(clock_syncs::most_delays<Safety>(pairs(6, 2)), 4);
}

/// Rank 1 of three: it probes rank 0, whose clock is 600 ahead, and rank 2 tells it that it is 90 behind rank 1.
TEST(ClockSyncPairs, AveragesAllClocks) {
  Machine machine(pairs(3), 1);
  machine.begin(0, 1000);
  ASSERT_EQ(machine.sent(), 1U);
  machine.step(2, 0, 1, 0, 1010);
  EXPECT_EQ(machine.message().stamp, 1010) << "an answer";
  machine.step(0, 0, 1, 1650, 1100);
  EXPECT_EQ(machine.message().probe, 2);
  EXPECT_EQ(machine.message().stamp, 600) << "tells rank 0";
  machine.step(0, 0, 2, 9999, 1300);
  EXPECT_FALSE(machine.has_ended()) << "rank 2 has not told";
  machine.step(2, 0, 2, 90, 1310);
  EXPECT_TRUE(machine.has_ended());
  EXPECT_EQ(machine.sent(), 1U);
  EXPECT_EQ(machine.offset(0), (600 - 90 + 0) / 3);
  machine.step(2, 0, 2, 90, 1320);
  EXPECT_FALSE(machine.has_ended()) << "a copy, which is answered and no more";
  EXPECT_EQ(machine.sent(), 1U);
}

/// The start of an operation and its first messages travel apart.
TEST(ClockSyncPairs, AnswersAndListensBeforeItBegins) {
  Machine machine(pairs(2), 0);
  machine.step(1, 0, 1, 0, 500);
  EXPECT_EQ(machine.sent(), 1U);
  machine.step(1, 0, 2, 40, 600);
  EXPECT_EQ(machine.sent(), 1U);
  EXPECT_FALSE(machine.has_ended());
  machine.begin(0, 700);
  EXPECT_TRUE(machine.has_ended());
  EXPECT_EQ(machine.offset(0), -20);
  machine.step(1, 1, 2, 80, 900);
  machine.step(1, 0, 2, 40, 950);
  EXPECT_FALSE(machine.has_ended());
  machine.begin(1, 1000);
  EXPECT_EQ(machine.offset(1), -40) << "the next operation";
}

TEST(ClockSyncPairs, SendsUnansweredProbesAgain) {
  Clocks cluster(pairs(3, 2, 1), {.delay_least_ns = 50});
  cluster.cut(0, 2);
  cluster.cut(1, 2);
  cluster.begin_everywhere(0);
  cluster.run_until(1500);
  cluster.mend();
  cluster.run();
  cluster.expect_end();
  EXPECT_TRUE(cluster.has_ended(0));
  EXPECT_EQ(cluster.counted(), 2 * 6) << "the lost answers, and not those that came in their place";
  EXPECT_EQ(cluster.traffic().background_messages, 2 * 2 * 2) << "two probes, at 1000 and 2000 ns, and the answers";
}

TEST(ClockSyncPairs, KeepsToItsBounds) {
  const Shape shape = pairs(64, 2, 1);
  for (const Rank rank : {0, 1, 31, 63}) {
    const Bounds bounds = ClockSyncPairs::bounds(shape, rank);
    Machine machine(shape, rank);
    machine.begin(0, 0);
    EXPECT_EQ(machine.sent(), static_cast<std::size_t>(rank));
    EXPECT_GE(bounds.sends, machine.sent());
  }
}

}  // namespace
}  // namespace coordbench::testing::clock_sync_pairs_test
