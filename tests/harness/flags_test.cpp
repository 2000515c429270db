// Flags: each for its reason only, and only where the reason could show in the result.

#include "harness/measure/flags.hpp"

#include <gtest/gtest.h>

#include "tests/harness/sound_case.hpp"

namespace coordbench::testing::flags_test {
namespace {

TEST(FlagsOf, RaisesEachFlagForItsReasonOnly) {
  SoundCase plain;
  plain.result.latency.p50 = 1000;
  plain.result.samples.operations = 1000;
  EXPECT_EQ(flags_of(plain.result, {}), 0U);
  EXPECT_EQ(flags_of(plain.result, {.oversubscribed = true}), bit(Flag::oversubscribed));
  EXPECT_EQ(flags_of(plain.result, {.clock_error_ns = 501}), bit(Flag::clock_bound));
  EXPECT_EQ(flags_of(plain.result, {.timer_overhead_ns = 201}), bit(Flag::timer_overhead));
  EXPECT_EQ(flags_of(plain.result, {.throttled = true}), bit(Flag::steal));
  plain.result.samples.operations = 999;
  EXPECT_EQ(flags_of(plain.result, {}), bit(Flag::few_samples));
  plain.result.samples.operations = 1000;
  plain.result.samples.start_slack_ns = {5, 5, 5, 5, 5, 5, 5, 5, -1, -1};
  EXPECT_EQ(flags_of(plain.result, {}), bit(Flag::late_starts));
  plain.result.samples.start_slack_ns.push_back(5);
  plain.result.samples.start_slack_ns[8] = 5;
  EXPECT_EQ(flags_of(plain.result, {}), 0U);
}

/// Flags of a case behind a start line with so many operations and switches, few_samples apart.
std::uint32_t flags_with(std::int64_t operations, std::int64_t switches, const Surroundings& around = {}) {
  SoundCase measured;
  measured.result.latency.p50 = 1000;
  measured.result.samples.operations = operations;
  measured.result.involuntary_switches = switches;
  return flags_of(measured.result, around) & ~bit(Flag::few_samples);
}

TEST(FlagsOf, SwitchesCountOnceTheyCouldReachThePercentileShown) {
  EXPECT_EQ(flags_with(1000, 10), 0U) << "ten of a thousand lie beyond the 99th percentile";
  EXPECT_EQ(flags_with(1000, 11), bit(Flag::involuntary_switches));
  EXPECT_EQ(flags_with(10'000, 100), 0U);
  EXPECT_EQ(flags_with(368, 4), bit(Flag::involuntary_switches)) << "enough for a 99th percentile";
  EXPECT_EQ(flags_with(367, 36), 0U) << "the largest percentile shown is the 90th";
  EXPECT_EQ(flags_with(367, 37), bit(Flag::involuntary_switches));
}

TEST(FlagsOf, StolenTimeCountsOnceItCouldReachThePercentileShown) {
  EXPECT_EQ(flags_with(1000, 0, {.stolen_share = 0.01}), 0U);
  EXPECT_EQ(flags_with(1000, 0, {.stolen_share = 0.011}), bit(Flag::steal));
  EXPECT_EQ(flags_with(100, 0, {.stolen_share = 0.1}), 0U);
  EXPECT_EQ(flags_with(100, 0, {.stolen_share = 0.11}), bit(Flag::steal));
}

/// A million operations a second for a second: a switch may take 3 ms of it.
TEST(FlagsOf, InAStreamASwitchTakesTime) {
  SoundCase stream;
  stream.planned.sync = Sync::none;
  stream.result.latency.p50 = 1000;
  stream.result.samples.operations = 1'000'000;
  stream.result.operations_per_second = 1e6;
  stream.result.involuntary_switches = 16;
  EXPECT_EQ(flags_of(stream.result, {}), 0U) << "48 ms of a second";
  stream.result.involuntary_switches = 17;
  EXPECT_EQ(flags_of(stream.result, {}), bit(Flag::involuntary_switches)) << "51 ms of a second";
}

}  // namespace
}  // namespace coordbench::testing::flags_test
