// What a plan makes of --loss: cases of kernels that go on, reasons for the others.

#include <gtest/gtest.h>

#include <set>

#include "harness/plan/plan.hpp"
#include "tests/harness/fake_kernels.hpp"

namespace coordbench::testing::plan_loss_test {
namespace {

Options losing(std::vector<Loss> losses, std::vector<std::string> kernels = {"two_phase_commit"}) {
  Options options;
  options.seed = 1;
  options.kernels = std::move(kernels);
  options.ranks = {{RankChoice::Kind::count, 2}};
  options.payload_bytes = {8};
  options.losses = std::move(losses);
  return options;
}

/// A commit that sends again, or says that it does not.
std::array<Kernel, 2> kernels_that(UnderLoss (*answer)(const Shape&)) {
  std::array kernels{fake("flat_broadcast"), fake_commit()};
  kernels[1].under_loss = answer;
  return kernels;
}

std::set<std::string> names_of(const Plan& plan) {
  std::set<std::string> names;
  for (const Case& planned : plan.cases)
    if (!planned.drift_watch) names.insert(planned.name);
  return names;
}

TEST(PlanOfLoss, IsAnAxisAndStandsInTheName) {
  const auto kernels = kernels_that([](const Shape&) { return UnderLoss::tolerates; });
  const Plan plan =
      make_plan(losing({Loss{}, {.lost = 0.1}, {.lost = 0.25, .doubled = 0.01, .delay_ns = 50'000}}), kernels, {.world = 2});
  EXPECT_EQ(names_of(plan),
            (std::set<std::string>{"two_phase_commit/n2/b8/mpi/round-time", "two_phase_commit/n2/b8/mpi/round-time/loss=0.1",
                                   "two_phase_commit/n2/b8/mpi/round-time/loss=0.25/duplicate=0.01/delay=50us"}));
}

TEST(PlanOfLoss, TellsSharesApartThatAreNearlyEqual) {
  const auto kernels = kernels_that([](const Shape&) { return UnderLoss::tolerates; });
  const Plan plan = make_plan(losing({{.lost = 0.1234567}, {.lost = 0.1234568}, {.lost = 0.99999999}}), kernels, {.world = 2});
  EXPECT_EQ(names_of(plan), (std::set<std::string>{"two_phase_commit/n2/b8/mpi/round-time/loss=0.1234567",
                                                   "two_phase_commit/n2/b8/mpi/round-time/loss=0.1234568",
                                                   "two_phase_commit/n2/b8/mpi/round-time/loss=0.99999999"}));
}

/// There and back an operation takes up to twice the delay.
TEST(PlanOfLoss, SkipsCasesInWhichNoOperationEndsWithinTheBudget) {
  const auto kernels = kernels_that([](const Shape&) { return UnderLoss::tolerates; });
  Options options = losing({{.delay_ns = kSecond}, {.delay_ns = kSecond + 1}});
  options.time_budget_ns = 2 * kSecond;
  const Plan plan = make_plan(options, kernels, {.world = 2});
  EXPECT_EQ(names_of(plan), (std::set<std::string>{"two_phase_commit/n2/b8/mpi/round-time/delay=1000000us"}));
  ASSERT_EQ(plan.skipped.size(), 1U);
  EXPECT_EQ(plan.skipped[0].reason,
            "with --loss a message takes up to 1 s, there and back longer than --time-budget, 2 s; give more, or a shorter "
            "delay");
  options.operations = 10;
  EXPECT_TRUE(make_plan(options, kernels, {.world = 2}).skipped.empty()) << "then the total budget counts, 10 minutes";
}

/// Who names the parameter that makes silence long names one that the kernel has.
TEST(PlanOfLoss, SaysOfWhatSilenceIsMade) {
  auto kernels = kernels_that([](const Shape&) { return UnderLoss::tolerates; });
  kernels[1].silence = [](const Shape&) { return Silence{.first = 2 * kSecond, .again = 1}; };
  Options options = losing({{.lost = 0.1}});
  options.time_budget_ns = kSecond;
  const Plan plan = make_plan(options, kernels, {.world = 2});
  ASSERT_EQ(plan.skipped.size(), 1U);
  const std::string& reason = plan.skipped[0].reason;
  EXPECT_EQ(reason.find("period_us"), std::string::npos) << "a commit has no period: " << reason;
}

TEST(PlanOfLoss, MakesCountsRandom) {
  const auto kernels = kernels_that([](const Shape&) { return UnderLoss::tolerates; });
  for (const Case& planned : make_plan(losing({Loss{}, {.lost = 0.1}}), kernels, {.world = 2}).cases) {
    if (planned.drift_watch) continue;
    EXPECT_EQ(count_rule_of(planned), planned.shape.loss.any() ? CountRule::expected : CountRule::exact);
  }
}

TEST(PlanOfLoss, IsRefusedWhereNoKernelGoesOn) {
  const auto kernels = kernels_that(nullptr);
  try {
    make_plan(losing({Loss{}, {.lost = 0.1}}), kernels, {.world = 2});
    FAIL() << "loss was accepted";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("--loss was given"), std::string::npos) << error.what();
  }
  EXPECT_EQ(names_of(make_plan(losing({Loss{}}), kernels, {.world = 2})).size(), 1U);
}

}  // namespace
}  // namespace coordbench::testing::plan_loss_test
