// LogGP's parameters from samples whose parameters are known.

#include "harness/loggp/fit.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "harness/pattern.hpp"

namespace coordbench::loggp_fit_test {
namespace {

constexpr double kTimer = 20;
constexpr std::int32_t kMessages = 4;

/// What a made-up pair of ranks takes, regime by regime; sends wait for their receiver from `held_bytes` on.
struct Truth {
  std::vector<Regime> regimes;
  std::int64_t held_bytes = -1;
  double noise = 0;  ///< relative: every sample is off by up to so much, and one in ten takes three times as long

  [[nodiscard]] const Regime& regime_of(std::int64_t bytes) const {
    const Regime* found = &regimes.front();
    for (const Regime& regime : regimes)
      if (regime.first_bytes <= bytes) found = &regime;
    return *found;
  }
};

Regime regime(std::int64_t first_bytes, LinearCost latency, LinearCost o_send, LinearCost o_receive, LinearCost gap) {
  return {.first_bytes = first_bytes, .latency = latency, .o_send = o_send, .o_receive = o_receive, .gap = gap};
}

class MadeUp {
 public:
  explicit MadeUp(Truth truth) : truth_(std::move(truth)) {}

  LevelModel samples(std::int64_t last_bytes, int each = 40) {
    LevelModel model;
    for (std::int64_t bytes = 1; bytes <= last_bytes; bytes *= 2)
      for (int i = 0; i < each; ++i) add_exchanges(model.samples, bytes);
    return model;
  }

 private:
  void add_exchanges(std::vector<ExchangeSample>& samples, std::int64_t bytes) {
    const Regime& truth = truth_.regime_of(bytes);
    const double send = truth.o_send.of(bytes), receive = truth.o_receive.of(bytes);
    const Regime& back = truth_.regime_of(kAnswerBytes);
    const double round_trip = send + truth.latency.of(bytes) + receive + back.o_send.of(kAnswerBytes) +
                              back.latency.of(kAnswerBytes) + back.o_receive.of(kAnswerBytes);
    const double burst = round_trip + (kMessages - 1) * truth.gap.of(bytes);
    const bool held = truth_.held_bytes >= 0 && bytes >= truth_.held_bytes;
    const Time delay = std::llround(4 * round_trip);
    const auto add = [&](Exchange exchange, std::int32_t messages, double time, double readings) {
      samples.push_back({exchange, messages, 0, bytes, std::llround(time * disturbance() + readings * kTimer), delay});
    };
    add(Exchange::round_trip, 1, round_trip, 1);
    add(Exchange::burst, kMessages, burst, 1);
    add(Exchange::spaced, kMessages, kMessages * send, kMessages);
    add(Exchange::late_receive, kMessages, kMessages * receive, 1);
    add(Exchange::held_send, 1, held ? static_cast<double>(delay) + round_trip : send, 1);
  }

  double disturbance() {
    if (truth_.noise == 0) return 1;
    const double share = static_cast<double>(mix(++draws_) >> 11U) * 0x1p-53;
    return (mix(draws_) % 10 == 0 ? 3 : 1) * (1 + truth_.noise * (2 * share - 1));
  }

  Truth truth_;
  std::uint64_t draws_ = 0;
};

void expect_cost(const LinearCost& found, const LinearCost& truth, double share, std::int64_t at) {
  EXPECT_NEAR(found.of(at), truth.of(at), share * truth.of(at) + 0.51) << "at " << at << " B";
}

void expect_regime(const Regime& found, const Regime& truth, double share, std::int64_t at) {
  expect_cost(found.o_send, truth.o_send, share, at);
  expect_cost(found.o_receive, truth.o_receive, share, at);
  expect_cost(found.latency, truth.latency, 2 * share, at);
  expect_cost(found.gap, truth.gap, 3 * share, at);
}

const Regime kSmall = regime(1, {3000, 0}, {500, 0.5}, {800, 1}, {900, 1});
const Regime kLarge = regime(4096, {9000, 0.25}, {700, 0}, {1500, 0.125}, {2000, 0.5});

TEST(LogGpFit, FindsTheParametersOfOneRegime) {
  LevelModel model = MadeUp({.regimes = {kSmall}}).samples(1 << 20);
  fit(model, kTimer);
  ASSERT_EQ(model.refused, "");
  ASSERT_EQ(model.regimes.size(), 1U);
  EXPECT_EQ(model.regimes[0].first_bytes, 1);
  EXPECT_EQ(model.rendezvous_bytes, -1);
  for (const std::int64_t at : {1, 1000, 1 << 20}) expect_regime(model.regimes[0], kSmall, 1e-3, at);
  EXPECT_LT(model.regimes[0].residual, 1e-3);
}

TEST(LogGpFit, TheClocksReadingsAreInNoParameter) {
  const Regime dear = regime(1, {100, 0}, {40, 0}, {60, 0}, {50, 0});
  LevelModel model = MadeUp({.regimes = {dear}}).samples(64);
  fit(model, kTimer);
  ASSERT_EQ(model.refused, "");
  expect_regime(model.regimes.at(0), dear, 1e-3, 8);
}

TEST(LogGpFit, PartsRegimesWhereSendsBeginToWait) {
  LevelModel model = MadeUp({.regimes = {kSmall, kLarge}, .held_bytes = 4096}).samples(1 << 20);
  fit(model, kTimer);
  ASSERT_EQ(model.regimes.size(), 2U) << model.refused;
  EXPECT_EQ(model.rendezvous_bytes, 4096);
  EXPECT_EQ(model.regimes[1].first_bytes, 4096);
  expect_regime(model.regimes[0], kSmall, 1e-3, 2048);
  expect_regime(model.regimes[1], kLarge, 1e-3, 1 << 20);
}

TEST(LogGpFit, SendsThatWaitAreARegimeEvenIfTheyTakeNoLonger) {
  LevelModel model = MadeUp({.regimes = {kSmall}, .held_bytes = 1024}).samples(1 << 16);
  fit(model, kTimer);
  ASSERT_EQ(model.regimes.size(), 2U) << model.refused;
  EXPECT_EQ(model.regimes[1].first_bytes, 1024);
}

TEST(LogGpFit, OneSizeThatWasDisturbedDoesNotSayThatSendsWait) {
  LevelModel model = MadeUp({.regimes = {kSmall, kLarge}, .held_bytes = 4096}).samples(1 << 20);
  const auto disturb = [&](std::int64_t bytes, Time time_ns) {
    for (ExchangeSample& sample : model.samples)
      if (sample.exchange == Exchange::held_send && sample.bytes == bytes) sample.time_ns = time_ns;
  };
  disturb(16, 1'000'000'000);
  disturb(1 << 19, 1);
  EXPECT_EQ(first_held_bytes(model.samples), 4096);
  for (std::int64_t bytes = 1; bytes <= 1 << 20; bytes *= 2) disturb(bytes, 1'000'000'000);
  EXPECT_EQ(first_held_bytes(model.samples), 1);
  for (std::int64_t bytes = 1; bytes <= 1 << 20; bytes *= 2) disturb(bytes, 1);
  EXPECT_EQ(first_held_bytes(model.samples), -1);
  EXPECT_EQ(first_held_bytes({}), -1);
}

TEST(LogGpFit, FindsABreakThatNoProtocolExplains) {
  LevelModel model = MadeUp({.regimes = {kSmall, kLarge}}).samples(1 << 20);
  fit(model, kTimer);
  ASSERT_EQ(model.regimes.size(), 2U) << model.refused;
  EXPECT_EQ(model.regimes[1].first_bytes, 4096);
  EXPECT_EQ(model.rendezvous_bytes, -1);
}

TEST(LogGpFit, NoiseMakesNoRegimes) {
  LevelModel model = MadeUp({.regimes = {kSmall}, .noise = 0.1}).samples(1 << 20);
  fit(model, kTimer);
  ASSERT_EQ(model.regimes.size(), 1U) << model.refused;
  for (const std::int64_t at : {1, 1 << 20}) expect_regime(model.regimes[0], kSmall, 0.05, at);
}

TEST(LogGpFit, FindsABreakThroughNoise) {
  LevelModel model = MadeUp({.regimes = {kSmall, kLarge}, .held_bytes = 4096, .noise = 0.1}).samples(1 << 20);
  fit(model, kTimer);
  ASSERT_EQ(model.regimes.size(), 2U) << model.refused;
  EXPECT_EQ(model.regimes[1].first_bytes, 4096);
  expect_regime(model.regimes[0], kSmall, 0.05, 64);
  expect_regime(model.regimes[1], kLarge, 0.05, 1 << 18);
}

TEST(LogGpFit, AReceiverThatIsLateCannotTakeLongerThanTheMessage) {
  LevelModel model = MadeUp({.regimes = {regime(1, {100, 0}, {50, 0}, {80, 0}, {90, 0})}}).samples(64);
  for (ExchangeSample& sample : model.samples)
    if (sample.exchange == Exchange::late_receive) sample.time_ns += 4 * 300;
  fit(model, kTimer);
  ASSERT_EQ(model.refused, "");
  const Regime& found = model.regimes.at(0);
  EXPECT_NEAR(found.o_receive.of(8), 180, 0.51);
  EXPECT_NEAR(found.o_send.of(8) + found.latency.of(8) + found.o_receive.of(8), 230, 0.51);
}

TEST(LogGpFit, RefusesWhatIsNoTime) {
  LevelModel model = MadeUp({.regimes = {kSmall}}).samples(1024);
  for (ExchangeSample& sample : model.samples)
    if (sample.exchange == Exchange::burst) sample.time_ns = 0;  // four messages sooner than one
  fit(model, kTimer);
  EXPECT_TRUE(model.regimes.empty());
  EXPECT_NE(model.refused.find("the gap at"), std::string::npos) << model.refused;
}

TEST(LogGpFit, RefusesASendThatTakesLongerThanItsMessage) {
  LevelModel model = MadeUp({.regimes = {kSmall}}).samples(1024);
  for (ExchangeSample& sample : model.samples)
    if (sample.exchange == Exchange::spaced) sample.time_ns *= 100;
  fit(model, kTimer);
  EXPECT_TRUE(model.regimes.empty());
  EXPECT_NE(model.refused, "");
}

TEST(LogGpFit, RefusesTooFewSizes) {
  LevelModel none, model = MadeUp({.regimes = {kSmall}}).samples(2);
  fit(none, kTimer);
  fit(model, kTimer);
  EXPECT_NE(none.refused.find("a line takes 3"), std::string::npos);
  EXPECT_NE(model.refused.find("2 sizes"), std::string::npos) << model.refused;
  LevelModel unanswered = MadeUp({.regimes = {kSmall}}).samples(1024);
  std::erase_if(unanswered.samples, [](const ExchangeSample& sample) { return sample.bytes <= 8; });
  fit(unanswered, kTimer);
  EXPECT_NE(unanswered.refused, "");
}

TEST(LogGpFit, WhatWasRefusedBeforeStaysSo) {
  LevelModel model = MadeUp({.regimes = {kSmall}}).samples(1024);
  model.refused = "rank 3 is gone";
  fit(model, kTimer);
  EXPECT_EQ(model.refused, "rank 3 is gone");
  EXPECT_TRUE(model.regimes.empty());
}

}  // namespace
}  // namespace coordbench::loggp_fit_test
