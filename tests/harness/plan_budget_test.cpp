#include <gtest/gtest.h>

#include "harness/plan/plan.hpp"
#include "tests/harness/fake_kernels.hpp"

namespace coordbench::testing::plan_budget_test {
namespace {

TEST(Plan, SkipsOperationsWhoseSilenceIsLongerThanTheBudget) {
  std::array kernels{fake_commit()};
  kernels[0].silence = [](const Shape&) -> Silence { return {.first = 3 * kSecond, .again = 1}; };
  const auto reason = [&](std::int64_t operations) {
    Options options;
    options.seed = 1;
    options.payload_bytes = {8};
    options.time_budget_ns = 2 * kSecond;
    options.total_budget_ns = 6 * kSecond;
    if (operations > 0) options.operations = operations;
    const Plan plan = make_plan(options, kernels, {.world = 2});
    return plan.skipped.empty() ? "" : plan.skipped.front().reason;
  };
  EXPECT_NE(reason(0).find("3 s have passed, and --time-budget for 1 of them is 2 s"), std::string::npos) << reason(0);
  EXPECT_EQ(reason(2), "");
  EXPECT_NE(reason(3).find("--total-budget for 3 of them is 6 s"), std::string::npos) << reason(3);
}

}  // namespace
}  // namespace coordbench::testing::plan_budget_test
