#include "harness/plan/plan.hpp"

#include <gtest/gtest.h>

#include "harness/options/usage_error.hpp"
#include "tests/harness/fake_kernels.hpp"
#include "tests/support/topologies.hpp"

namespace coordbench::testing::plan_text_test {
namespace {

Options selecting(const std::string& kernel) {
  Options options;
  options.seed = 1;
  options.kernels = {kernel};
  options.payload_bytes = {8};
  return options;
}

Plan plan_of(const Options& options) { return make_plan(options, kFakes, {.world = 2}); }

TEST(PlanText, NamesOneCaseALine) {
  const Plan plan = plan_of(selecting("flat_broadcast"));
  EXPECT_EQ(case_names(plan),
            "ping_pong/n2/b8/mpi/round-time/drift=0.before\n"
            "flat_broadcast/n2/b8/mpi/round-time\n"
            "ping_pong/n2/b8/mpi/round-time/drift=0.after\n");
}

TEST(PlanText, DescribesOrderReasonsAndBounds) {
  Options options = selecting("two_phase_commit");
  options.settings = {{"two_phase_commit", "read_only", {"0", "3"}}};
  options.max_operations = 1024;
  const std::string text = describe_plan(plan_of(options), options);
  for (const char* part : {"3 cases, seed 1\n", "     1  two_phase_commit/n2/b8/mpi/round-time\n", "1 combinations skipped\n",
                           "more read-only participants than ranks: two_phase_commit/n2/b8/mpi/round-time/read_only=3\n",
                           "upper limits, at 1024 operations per case (if no case stops early):\n",
                           "time    6 s\n",                      // three cases of two seconds
                           "memory  32.02 KiB per",              // 1,024 × 4 stamps × 8 B, and 16 B of buffers
                           "72 KiB more on rank 0",              // two ranks' stamps, and a slack per operation
                           "disk    152 KiB in results/local"})  // 72, and twice 1,024 × (2 ranks × 2 stamps + 1) × 8 B
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in:\n" << text;
}

TEST(PlanText, SaysAReasonOnceAndNamesAFewOfWhatItSkips) {
  Options options = selecting("two_phase_commit");
  options.settings = {{"two_phase_commit", "read_only", {"0", "3"}}};
  options.payload_bytes = {1, 2, 4, 8, 16};
  const std::string text = describe_plan(plan_of(options), options), reason = "more read-only participants than ranks";
  EXPECT_NE(text.find("5 combinations skipped\n        " + reason + ": "), std::string::npos) << text;
  EXPECT_NE(text.find("read_only=3 and 2 more\nupper limits"), std::string::npos) << text;
}

TEST(PlanText, TellsHowSizesWereUnderstood) {
  Options options = selecting("flat_broadcast");
  options.payload_bytes = {8, 8192, 1'000'000};
  EXPECT_NE(describe_plan(plan_of(options), options).find("payloads: 8 B, 8 KiB, 1000000 B\n"), std::string::npos);
  EXPECT_EQ(describe_launch(plan_of(options), 5, options),
            "5 cases of flat_broadcast; payloads: 8 B, 8 KiB, 1000000 B; at most 10 s; into results/local\n");
  options.payload_bytes = {1, 2, 4, 8, 16, 32, 64};
  options.kernels = {"*"};
  options.resume = "x.h5";
  EXPECT_EQ(describe_launch(plan_of(options), 1, options),
            "1 cases of 5 kernels; payloads: 7 sizes from 1 B to 64 B; at most 2 s; into x.h5\n");
  EXPECT_EQ(describe_launch({}, 0, options), "What messages of 7 sizes from 1 B to 64 B cost, into x.h5\n");
}

TEST(PlanText, SaysWhatIsLeftOutAndWhy) {
  Options options = selecting("two_phase_commit");
  EXPECT_EQ(describe_skipped(plan_of(options)), "");
  options.payload_bytes = {8, 16};
  options.settings = {{"two_phase_commit", "read_only", {"0", "3"}}};
  EXPECT_EQ(describe_skipped(plan_of(options)),
            "coordbench: left out, 2 of the combinations: more read-only participants than ranks.\n");
  options.settings = {{"two_phase_commit", "read_only", {"3"}}};
  EXPECT_NE(
      refusal<UsageError>([&] { static_cast<void>(describe_skipped(plan_of(options))); }).find("more read-only participants"),
      std::string::npos)
      << "nothing is left to measure";
}

TEST(PlanText, TotalBudgetBoundsTheTime) {
  Options options = selecting("flat_broadcast");
  options.total_budget_ns = 5'000'000'000;
  EXPECT_NE(describe_plan(plan_of(options), options).find("time    5 s\n"), std::string::npos);
  options.total_budget_ns = 600'000'000'000;
  options.operations = 5;
  EXPECT_NE(describe_plan(plan_of(options), options).find("time    10 min\n"), std::string::npos);
}

}  // namespace
}  // namespace coordbench::testing::plan_text_test
