#include "kernels/clock_sync_star.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/clock_syncs.hpp"
#include "tests/safety/clock_sync_star/safety.hpp"

namespace coordbench::testing::clock_sync_star_test {
namespace {

using clock_sync_star::Safety;
using Clocks = clock_syncs::Clocks<Safety>;
using Machine = clock_syncs::Machine<ClockSyncStar>;

Shape star(int ranks, std::int64_t probes = 2, std::int64_t resend_us = 0) {
  return shape_of<ClockSyncStar>(ranks, 0, {{"probes", probes}, {"resend_us", resend_us}});
}

TEST(ClockSyncStar, CostsWhatItDeclaresForEveryN) { clock_syncs::expect_declared_costs<Safety>(); }
TEST(ClockSyncStar, CostsWhatItDeclaresUnderLoss) { clock_syncs::expect_declared_costs_under_loss<Safety>(4, 3); }
TEST(ClockSyncStar, FindsWhatItDoesNotClaim) { clock_syncs::expect_to_find_what_it_does_not_claim<Safety>(); }
TEST(ClockSyncStar, RefusesOperationsThatOverlap) { clock_syncs::expect_refusals<ClockSyncStar>(); }
TEST(ClockSyncStar, AcceptsPlausibleOffsetsOnly) { clock_syncs::expect_plausible_answers_only<ClockSyncStar>(); }
TEST(ClockSyncStar, SaysWhatLossDoesToIt) { clock_syncs::expect_to_say_what_loss_does<ClockSyncStar>(); }

TEST(ClockSyncStar, TellsTheStoryOfThreeRanks) {
  Clocks cluster(star(3), {.delay_least_ns = 50});
  cluster.compare(0);
  EXPECT_EQ(cluster.conversation(),
            "   0  1 → 0  exchange 1, stamp 0\n"
            "   0  2 → 0  exchange 1, stamp 0\n"
            "  50  0 → 1  exchange 1, stamp 50\n"
            "  50  0 → 2  exchange 1, stamp 50\n"
            " 100  1 → 0  exchange 2, stamp 0\n"
            " 100  2 → 0  exchange 2, stamp 0\n"
            " 150  0 → 1  exchange 2, stamp 150\n"
            " 150  0 → 2  exchange 2, stamp 150\n");
}

TEST(ClockSyncStar, CostsByHandAtFiveRanks) {
  const Cost cost = ClockSyncStar::cost(star(5, 3), 0);
  EXPECT_EQ(cost.messages, Range(24));
  EXPECT_EQ(cost.delays[0], Range(6, 2 + 2 * 4 * 2));
  EXPECT_EQ(ClockSyncStar::cost(star(1), 0).messages, Range(0));
  EXPECT_EQ(ClockSyncStar::cost(star(1), 0).delays[0], Range(0));
}

/// The longest chain goes through the exchanges of one rank after those of the other.
TEST(ClockSyncStar, HasAsManyDelaysAsItDeclares) {
  EXPECT_EQ(clock_syncs::most_delays<Safety>(star(2, 4)), 8);
  EXPECT_EQ(clock_syncs::most_delays<Safety>(star(3, 2)), 2 + 2 * 2 * 1);
  clock_syncs::most_delays<Safety>(star(6, 4));
}

TEST(ClockSyncStar, KeepsTheEstimateOfTheShortestRoundTrip) {
  Machine machine(star(2, 4), 1);
  machine.begin(7, 1000);
  EXPECT_EQ(machine.offset(7), kNever) << "not known yet";
  machine.step(0, 7, 1, 5000, 1400);  // half way at 1200
  machine.step(0, 7, 2, 5300, 1500);  // half way at 1450, and this is the shortest
  EXPECT_EQ(machine.message().probe, 3);
  machine.step(0, 7, 3, 9999, 1600);  // as short: the first is kept
  EXPECT_FALSE(machine.has_ended());
  machine.step(0, 7, 4, 9999, 2600);
  EXPECT_TRUE(machine.has_ended());
  EXPECT_EQ(machine.sent(), 0U);
  EXPECT_EQ(machine.offset(7), 5300 - 1450);
  EXPECT_EQ(machine.offset(6), kNever) << "over";
}

/// All of the round trip is on one way: the estimate is wrong by half of it, whichever way it is.
TEST(ClockSyncStar, IsWrongByHalfTheRoundTripAtMost) {
  for (const Time probe_takes : {0, 250, 500, 1000}) {
    constexpr Time kAhead = 1'000'000, kRoundTrip = 1000;
    Machine machine(star(2, 1), 1);
    machine.begin(0, 0);
    machine.step(0, 0, 1, kAhead + probe_takes, kRoundTrip);
    EXPECT_EQ(machine.offset(0) - kAhead, probe_takes - kRoundTrip / 2);
  }
}

TEST(ClockSyncStar, HearsOnlyTheAnswerToTheOpenProbe) {
  Machine machine(star(2), 1);
  machine.begin(3, 1000);
  machine.step(0, 2, 1, 5000, 1010);
  EXPECT_EQ(machine.sent(), 0U) << "of an earlier operation";
  machine.step(0, 3, 2, 5000, 1010);
  EXPECT_EQ(machine.sent(), 0U) << "of no probe so far";
  machine.step(0, 3, 1, 5000, 1100);
  EXPECT_EQ(machine.sent(), 1U);
  machine.step(0, 3, 1, 6000, 1101);
  EXPECT_EQ(machine.sent(), 0U) << "a copy";
  machine.step(0, 3, 2, 5500, 1600);
  EXPECT_TRUE(machine.has_ended());
  machine.step(0, 3, 2, 9000, 1601);
  EXPECT_FALSE(machine.has_ended()) << "a copy";
  EXPECT_EQ(machine.offset(3), 5000 - 1050);
}

TEST(ClockSyncStar, SendsAnUnansweredProbeAgain) {
  Clocks cluster(star(3, 2, 1), {.delay_least_ns = 50});
  cluster.cut(0, 2);
  cluster.begin_everywhere(0);
  cluster.run_until(2500);
  cluster.mend();
  cluster.run();
  cluster.expect_end();
  EXPECT_TRUE(cluster.has_ended(0));
  EXPECT_EQ(cluster.counted(), 2 * 4) << "the lost answer, and not the one that came in its place";
  EXPECT_EQ(cluster.traffic().background_messages, 2 * 3) << "at 1000, 2000 and 3000 ns, and the answers";
}

}  // namespace
}  // namespace coordbench::testing::clock_sync_star_test
