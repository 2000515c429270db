// Clocks that are set wrong and run wrong on purpose: the model must find them out, and its bound must hold.

#include "harness/machine/clock_fit.hpp"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>
#include <vector>

namespace coordbench::clock_fit_test {
namespace {

constexpr double kSecond = 1e9;

/// Shows `offset_ns` more than the true time at its beginning, and `drift` more with every nanosecond.
struct SkewedClock {
  double offset_ns, drift;
  [[nodiscard]] double exactly(double truth_ns) const { return truth_ns + offset_ns + drift * truth_ns; }
  [[nodiscard]] Time at(double truth_ns) const { return static_cast<Time>(std::floor(exactly(truth_ns))); }
};

class Channel {
 public:
  explicit Channel(unsigned seed) : random_(seed) {}

  /// Messages that take 5 µs at least, and now and then much longer, more often one way than the other. Before each exchange
  /// somebody else has the core, for `held_up_ns` on average.
  OffsetInterval compare(const SkewedClock& parent, const SkewedClock& child, double& truth_ns, double held_up_ns) {
    OffsetInterval interval;
    for (int i = 0; i < 10; ++i) {
      if (held_up_ns > 0) truth_ns += delay(held_up_ns);
      const Time before = parent.at(truth_ns);
      truth_ns += 5'000 + delay(2'000);
      const Time between = child.at(truth_ns);
      truth_ns += 5'000 + delay(9'000);
      interval.tighten(before, between, parent.at(truth_ns));
    }
    return interval;
  }
  SkewedClock draw_clock() {
    return {std::uniform_real_distribution(-kSecond, kSecond)(random_), std::uniform_real_distribution(-2e-4, 2e-4)(random_)};
  }

 private:
  double delay(double mean_ns) { return std::exponential_distribution(1 / mean_ns)(random_); }
  std::mt19937 random_;
};

std::vector<OffsetInterval> compare_for_a_while(Channel& channel, const SkewedClock& child, double& truth_ns,
                                                double held_up_ns) {
  std::vector<OffsetInterval> intervals;
  for (int i = 0; i < 12; ++i, truth_ns += kSecond / 100)
    intervals.push_back(channel.compare({0, 0}, child, truth_ns, held_up_ns));
  return intervals;
}

/// Returns the largest bound of a thousand synchronisations.
double hold_a_thousand_bounds(double held_up_ns) {
  double worst_ns = 0;
  for (unsigned seed = 0; seed < 1000; ++seed) {
    Channel channel(seed);
    const SkewedClock clock = channel.draw_clock();
    double truth_ns = 0;
    const ClockModel model = fit_clock(compare_for_a_while(channel, clock, truth_ns, held_up_ns));
    for (const double later_ns : {0.0, kSecond, 10 * kSecond}) {
      const Time local = clock.at(truth_ns + later_ns);
      const double off = static_cast<double>(model.to_global(local)) - (truth_ns + later_ns);
      EXPECT_LE(std::abs(off), model.error_at(local) + 2) << "seed " << seed << ", " << later_ns / kSecond << " s later";
      worst_ns = std::max(worst_ns, model.error_ns);
    }
    EXPECT_NEAR(model.drift, clock.drift / (1 + clock.drift), model.error_drift);
  }
  return worst_ns;
}

TEST(ClockFit, BoundHoldsForEverySynchronisation) {
  EXPECT_LT(hold_a_thousand_bounds(0), 10'000) << "the offset is known better than half of the slowest round trip";
}

/// As on cores that ranks share: a clock moves far while one point of a comparison is taken.
TEST(ClockFit, BoundHoldsWhereComparingIsHeldUp) {
  EXPECT_LT(hold_a_thousand_bounds(kSecond / 100), 10'000) << "and no wider for it";
}

TEST(ClockFit, ThereAndBackIsTheSameInstant) {
  const ClockModel model{.reference = 1'000'000'000'000, .offset_ns = 7e8, .drift = -1.5e-4};
  for (const Time local : {Time{900'000'000'000}, model.reference, Time{5'000'000'000'123}})
    EXPECT_NEAR(static_cast<double>(model.to_local(model.to_global(local)) - local), 0, 1);
}

OffsetInterval at(Time instant, double low_ns, double high_ns) {
  return {.low_at = instant, .high_at = instant, .low_ns = low_ns, .high_ns = high_ns};
}

TEST(ClockFit, WhatTheParentMayBeOffByWidensTheBound) {
  std::vector<OffsetInterval> intervals{at(0, -5, 5), at(1000, -5, 5)};
  const ClockModel alone = fit_clock(intervals);
  EXPECT_DOUBLE_EQ(alone.error_ns, 5);
  EXPECT_DOUBLE_EQ(alone.error_drift, 0.01);
  for (OffsetInterval& interval : intervals) interval.widen(100);
  EXPECT_DOUBLE_EQ(fit_clock(intervals).error_ns, 105);
}

TEST(ClockFit, ADriftIsKnownTheBetterTheLongerAgoItWasFirstSeen) {
  const std::vector<OffsetInterval> first{at(0, -5, 5), at(1000, -5, 5)}, second{at(100'000, -5, 5), at(101'000, -5, 5)};
  std::vector<OffsetInterval> earlier;
  EXPECT_DOUBLE_EQ(fit_clock(first, earlier).error_drift, 0.01);
  EXPECT_LE(fit_clock(second, earlier).error_drift, 10.0 / 100'000);
  EXPECT_EQ(earlier.size(), 4U);
}

TEST(ClockFit, WhatAClockThatJumpedWasBeforeIsForgotten) {
  const std::vector<OffsetInterval> first{at(0, -5, 5), at(1000, -5, 5)}, second{at(2000, 95, 105), at(3000, 95, 105)};
  std::vector<OffsetInterval> earlier;
  fit_clock(first, earlier);
  EXPECT_DOUBLE_EQ(fit_clock(second, earlier).offset_ns, 100);
  EXPECT_EQ(earlier.size(), 2U);
  const std::vector<OffsetInterval> much_later{at(40'000'000'000, 95, 105), at(40'000'001'000, 95, 105)};
  fit_clock(much_later, earlier);
  EXPECT_EQ(earlier.size(), 2U) << "half a minute is too long for a clock to be even";
}

TEST(ClockFit, AClockThatJumpsIsFoundOut) {
  const std::vector<OffsetInterval> intervals{at(0, -5, 5), at(1000, 95, 105), at(2000, -5, 5)};
  EXPECT_THROW(fit_clock(intervals), std::domain_error);
  EXPECT_THROW(fit_clock(std::span(intervals).first(1)), std::domain_error);
}

}  // namespace
}  // namespace coordbench::clock_fit_test
