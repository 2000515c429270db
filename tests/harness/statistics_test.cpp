#include "harness/measure/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "harness/measure/stopping.hpp"

namespace coordbench::testing::statistics_test {
namespace {

TEST(Latencies, FollowTheDeclaredDefinition) {
  const Samples samples{.operations = 1,
                        .ranks = 3,
                        .marks = 0,
                        .start_ns = {10, 12, 14},
                        .end_ns = {30, 35, 33},
                        .mark_ns = {},
                        .start_slack_ns = {}};
  EXPECT_EQ(latencies(samples, Latency::proposer), std::vector<double>{20});
  EXPECT_EQ(latencies(samples, Latency::makespan), std::vector<double>{25});
  EXPECT_EQ(latencies(samples, Latency::barrier), std::vector<double>{21});
}

TEST(Latencies, LeaveOutOperationsWithoutTheirStamps) {
  const Samples samples{.operations = 2,
                        .ranks = 2,
                        .marks = 0,
                        .start_ns = {10, -1, 20, -1},
                        .end_ns = {15, -1, -1, -1},
                        .mark_ns = {},
                        .start_slack_ns = {}};
  EXPECT_EQ(latencies(samples, Latency::proposer), std::vector<double>{5});
  EXPECT_EQ(latencies(samples, Latency::makespan), std::vector<double>{5});
}

TEST(MedianInterval, MatchesTheFormulaByHand) {
  EXPECT_FALSE(median_interval(5).exists);
  const MedianInterval hundred = median_interval(100);  // ranks 40 and 61: floor((100 - 19.6) / 2), ceil(1 + (100 + 19.6) / 2)
  EXPECT_EQ(hundred.low, 39U);
  EXPECT_EQ(hundred.high, 60U);
  EXPECT_EQ(median_interval(6).low, 0U);
  EXPECT_EQ(median_interval(6).high, 5U);
}

TEST(MedianInterval, CoversTheMedianAsOftenAsItSays) {
  std::mt19937_64 random(1);
  int covered = 0;
  constexpr int kTrials = 2000, kSamples = 101;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> values(kSamples);
    for (double& value : values)
      value = -std::log(1 - std::generate_canonical<double, 53>(random));  // exponential, median ln 2
    const LatencySummary summary = summarise(values);
    covered += summary.p50_low <= std::log(2.0) && std::log(2.0) <= summary.p50_high;
  }
  EXPECT_GE(covered, kTrials * 94 / 100);
  EXPECT_LE(covered, kTrials * 98 / 100);
}

/// Samples of which each resembles the one before: AR(1) with coefficient 0.95, around 100.
std::vector<double> resembling(std::mt19937_64& random, std::size_t count) {
  std::normal_distribution<double> noise;
  std::vector<double> values(count);
  double state = noise(random) / std::sqrt(1 - 0.95 * 0.95);
  for (double& value : values) value = 100 + (state = 0.95 * state + noise(random));
  return values;
}

TEST(SummariseLaunch, CoversTheMedianOfSamplesThatResembleTheirNeighbours) {
  std::mt19937_64 random(1);
  constexpr int kTrials = 1000;
  int covered = 0, covered_as_independent = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> values = resembling(random, 4000), same = values;
    const LatencySummary batches = summarise_launch(values), independent = summarise(same);
    covered += batches.p50_low <= 100 && 100 <= batches.p50_high;
    covered_as_independent += independent.p50_low <= 100 && 100 <= independent.p50_high;
  }
  EXPECT_GE(covered, kTrials * 94 / 100);
  EXPECT_LE(covered_as_independent, kTrials / 2) << "what the batches are for";
}

TEST(SummariseLaunch, GoesFromTheFifthToTheSixteenthOfTwentyBatches) {
  std::vector<double> steps;
  for (int batch = 1; batch <= 20; ++batch) steps.insert(steps.end(), 10, batch);
  const LatencySummary summary = summarise_launch(steps);
  EXPECT_EQ(summary.p50, 10.5);
  EXPECT_EQ(summary.p50_low, 5);
  EXPECT_EQ(summary.p50_high, 16);
  EXPECT_EQ(summary.max, 20);
}

TEST(SummariseLaunch, AlwaysHoldsTheMedian) {
  std::vector<double> values;  // sixteen batches have the median 1, but of all values 124 of 220 are 3
  for (int batch = 0; batch < 20; ++batch)
    for (int i = 0; i < 11; ++i) values.push_back(batch < 16 && i < 6 ? 1 : 3);
  const LatencySummary summary = summarise_launch(values);
  EXPECT_EQ(summary.p50, 3);
  EXPECT_EQ(summary.p50_low, 1);
  EXPECT_EQ(summary.p50_high, 3);
}

TEST(SummariseLaunch, HasNoIntervalOfShortBatches) {
  std::vector<double> few(199, 1), enough(200, 1);
  EXPECT_TRUE(std::isnan(summarise_launch(few).p50_low));
  EXPECT_EQ(summarise_launch(few).p50, 1);
  EXPECT_EQ(summarise_launch(enough).p50_low, 1);
}

/// At the first thousand samples: long stretches that took 100 and 130, or no stretch at all.
TEST(Decide, GoesOnWhileTheMedianWanders) {
  std::vector<double> stretches, mixed;
  for (int i = 0; i < 1000; ++i) {
    stretches.push_back(i / 250 % 2 == 0 ? 100 : 130 + i % 2);
    mixed.push_back(100 + i % 3);
  }
  EXPECT_EQ(decide({}, 1000, 1'000'000, summarise_launch(stretches)).next_block, 1000);
  EXPECT_EQ(decide({}, 1000, 1'000'000, summarise_launch(mixed)).next_block, 0);
}

TEST(Summarise, ShowsAPercentileOnlyWhereTheSamplesSupportIt) {
  EXPECT_EQ(samples_needed(0.9), 36U);
  EXPECT_EQ(samples_needed(0.99), 368U);
  std::vector<double> few(367), enough(368);
  std::iota(few.begin(), few.end(), 1);
  std::iota(enough.begin(), enough.end(), 1);
  EXPECT_TRUE(std::isnan(summarise(few).p99));
  EXPECT_EQ(summarise(enough).p99, 365);  // the 0.99 × 368 = 364.3, so 365th smallest
  EXPECT_EQ(summarise(enough).max, 368);
  EXPECT_EQ(summarise(enough).p50, 184.5);
}

TEST(OperationsPerSecond, LeavesStartLinesOutAndStreamsIn) {
  const Samples samples{.operations = 2,
                        .ranks = 1,
                        .marks = 0,
                        .start_ns = {0, 900},
                        .end_ns = {100, 1000},
                        .mark_ns = {},
                        .start_slack_ns = {}};
  const std::vector<std::int64_t> one_block{2};
  EXPECT_DOUBLE_EQ(operations_per_second(samples, false, one_block), 2e9 / 200);
  EXPECT_DOUBLE_EQ(operations_per_second(samples, true, one_block), 2e9 / 1000);
}

constexpr LatencySummary kNarrow{.p50 = 100, .p50_low = 96, .p50_high = 104, .p90 = 0, .p99 = 0, .max = 0};
constexpr LatencySummary kWide{.p50 = 100, .p50_low = 80, .p50_high = 120, .p90 = 0, .p99 = 0, .max = 0};

TEST(Decide, StopsWhenTheMedianIsKnownWellEnough) {
  EXPECT_EQ(decide({}, 1000, 1'000'000, kNarrow).next_block, 0);
  EXPECT_EQ(decide({}, 1000, 1'000'000, kNarrow).reason, StopReason::precision);
  EXPECT_GT(decide({}, 999, 1'000'000, kNarrow).next_block, 0) << "never below a thousand samples";
  EXPECT_GT(decide({}, 1000, 1'000'000, kWide).next_block, 0);
}

TEST(Decide, DoublesFromCheckpointToCheckpoint) {
  EXPECT_EQ(decide({}, 0, 0, kWide).next_block, 4);
  EXPECT_EQ(decide({}, 4, 1, kWide).next_block, 4);
  EXPECT_EQ(decide({}, 512, 512, kWide).next_block, 488) << "a checkpoint stands at a thousand";
  EXPECT_EQ(decide({}, 1000, 1000, kWide).next_block, 1000);
}

TEST(Decide, StaysWithinTheBudgetByThePaceSoFar) {
  const StoppingRule rule{.budget_ns = 1000};
  EXPECT_EQ(decide(rule, 8, 800, kWide).next_block, 2) << "100 ns each, 200 ns left";
  EXPECT_EQ(decide(rule, 8, 1000, kWide).next_block, 0);
  EXPECT_EQ(decide(rule, 8, 1000, kWide).reason, StopReason::time_budget);
}

TEST(Decide, RunsExactlyWhatWasAskedFor) {
  const StoppingRule rule{.exact_operations = 7, .budget_ns = 1};
  EXPECT_EQ(decide(rule, 0, 0, kWide).next_block, 4);
  EXPECT_EQ(decide(rule, 4, 999, kNarrow).next_block, 3);
  EXPECT_EQ(decide(rule, 7, 999, kWide).next_block, 0);
  EXPECT_EQ(decide(rule, 7, 999, kWide).reason, StopReason::fixed_operations);
}

TEST(Decide, NeverRunsMoreThanTheMaximum) {
  const StoppingRule rule{.max_operations = 1500};
  EXPECT_EQ(decide(rule, 1000, 1000, kWide).next_block, 500);
  EXPECT_EQ(decide(rule, 1500, 1000, kWide).reason, StopReason::max_operations);
}

}  // namespace
}  // namespace coordbench::testing::statistics_test
