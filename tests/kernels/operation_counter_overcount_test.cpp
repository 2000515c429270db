// What the operation counter does not promise: that the simulated world finds the damage, and how much there is on average.

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/operation_counter.hpp"
#include "tests/safety/operation_counter/safety.hpp"
#include "tests/safety/subject_entry.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::operation_counter_overcount_test {
namespace {

using operation_counter::Safety;

Shape counter_shape(std::int64_t resend_us, const Loss& loss) {
  Shape shape = shape_of<OperationCounter>(5, 0, {{"proposers", 1}, {"resend_us", resend_us}});
  shape.loss = loss;
  return shape;
}

/// Schedules in which Agreement is claimed although the counter does not promise it.
struct Overclaimed : Safety {
  using Invariants = std::tuple<operation_counter::AgreementWhateverHappens>;
};
struct NothingHappens : Overclaimed {
  static void draw(Schedule& schedule, Random& random) {
    Safety::draw(schedule, random);
    set(schedule.shape, "resend_us", 0);
    lose_nothing(schedule);
    schedule.faults.duplication = 0;
  }
};
struct MessagesAreDoubled : Overclaimed {
  static void draw(Schedule& schedule, Random& random) {
    NothingHappens::draw(schedule, random);
    schedule.faults.duplication = 0.1;
  }
};
struct AcknowledgementsAreLost : Overclaimed {
  static void draw(Schedule& schedule, Random& random) {
    NothingHappens::draw(schedule, random);
    set(schedule.shape, "resend_us", 12);
    schedule.faults.loss = 0.1;
  }
};

/// How many of 1,000 schedules damage the counter.
template <class Claim>
int damaged() {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const Outcome outcome = run<Claim>(draw<Claim>(seed), false);
    EXPECT_TRUE(outcome.violated.empty() || outcome.violated == operation_counter::AgreementWhateverHappens::sentence);
    found += outcome.violated.empty() ? 0 : 1;
  }
  return found;
}

TEST(OperationCounterOvercount, TheSimulatedWorldFindsTheOvercount) {
  EXPECT_EQ(damaged<NothingHappens>(), 0);
  EXPECT_GT(damaged<MessagesAreDoubled>(), 100);
  EXPECT_GT(damaged<AcknowledgementsAreLost>(), 100);
}

// ---- how much is counted wrong, on average -------------------------------------------------------------------------------

/// How likely a mean as far from `expected` as that of the values is, were `expected` right: by the normal approximation.
double p_value(const std::vector<double>& values, double expected) {
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double value : values) sum += value, squares += value * value;
  const double mean = sum / count, deviation = std::sqrt((squares / count - mean * mean) / (count - 1));
  return std::erfc(std::abs(mean - expected) / deviation / std::sqrt(2.0));
}

/// In each of 400 worlds: how often an increment was applied by a replica that did not count it itself, on average.
std::vector<double> applications(std::int64_t resend_us, double lost, double doubled) {
  constexpr std::int64_t kOperations = 50;
  std::vector<double> means;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Shape shape = counter_shape(resend_us, {});
    Cluster<OperationCounter, Unobserved> cluster(shape, {.seed = seed, .loss = lost, .duplication = doubled}, kOperations, {});
    for (Operation k = 0; k < kOperations; ++k) cluster.propose(k);
    cluster.run();
    std::int64_t applied = 0;
    for (Rank rank = 1; rank < shape.ranks; ++rank) applied += cluster.machine(rank).applied();
    means.push_back(static_cast<double>(applied) / static_cast<double>(kOperations * (shape.ranks - 1)));
  }
  return means;
}

/// What the kernel expects of one such replica.
double expected(std::int64_t resend_us, double lost, double doubled) {
  return (OperationCounter::applications(counter_shape(resend_us, {.lost = lost, .doubled = doubled})) - 1) / 4;
}

TEST(OperationCounterOvercount, CountsWhatComesWhereNothingIsSentAgain) {
  for (const auto& [lost, doubled] : {std::pair{0.01, 0.0}, {0.0, 0.01}, {0.1, 0.05}, {0.3, 0.3}}) {
    EXPECT_DOUBLE_EQ(expected(0, lost, doubled), (1 - lost) * (1 + doubled));
    EXPECT_GT(p_value(applications(0, lost, doubled), expected(0, lost, doubled)), 0.001) << lost << ", " << doubled;
  }
}

TEST(OperationCounterOvercount, OvercountsByTheLostAcknowledgementsWhereItSendsAgain) {
  for (const double lost : {0.01, 0.1, 0.3}) {
    const std::vector<double> means = applications(1, lost, 0);
    EXPECT_DOUBLE_EQ(expected(1, lost, 0), 1 + lost / (1 - lost));
    EXPECT_GT(p_value(means, expected(1, lost, 0)), 0.001) << lost;
    EXPECT_LT(p_value(means, 1), 0.001) << "so many worlds tell the overcount from none, " << lost;
  }
}

TEST(OperationCounterOvercount, OvercountsByWhatIsLostAndDoubledWhereItSendsAgain) {
  for (const auto& [lost, doubled] : {std::pair{0.05, 0.05}, {0.2, 0.1}, {0.3, 0.3}, {0.0, 0.2}})
    EXPECT_GT(p_value(applications(1, lost, doubled), expected(1, lost, doubled)), 0.001) << lost << ", " << doubled;
}

}  // namespace
}  // namespace coordbench::testing::operation_counter_overcount_test
