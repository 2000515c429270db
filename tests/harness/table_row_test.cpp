// One case as a row of the final table.

#include "harness/results/table_row.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "harness/kernel.hpp"
#include "tests/harness/fake_kernels.hpp"

namespace coordbench::table_row_test {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

TEST(RowOf, OwnsWhatTheCaseResultHeld) {
  const Kernel kernel = testing::fake_commit();
  Case planned{.kernel = &kernel,
               .shape = {.ranks = 3, .payload_bytes = 64, .in_flight = 8, .parameters = kernel.parameters},
               .name = {}};
  planned.shape.values = {1, 2};
  CaseResult result;
  result.planned = &planned;
  result.samples.operations = 10;
  result.traffic = {{.messages_sent = 30, .background_messages = 5}, {.messages_sent = 15}};
  result.expected_messages_per_operation = 4;
  result.latency.p50 = 7;
  result.verdict = Verdict::timed_out;
  result.detail = "rank 1 waited";
  const TableRow made = row_of(result);
  EXPECT_EQ(made.kernel, "two_phase_commit");
  EXPECT_EQ(made.ranks, 3);
  EXPECT_EQ(made.payload_bytes, 64);
  EXPECT_EQ(made.parameters, "variant=abort read_only=2 in_flight=8");
  EXPECT_EQ(made.operations, 10);
  EXPECT_EQ(made.messages_per_operation, 4) << "background messages are apart";
  EXPECT_EQ(made.expected_messages_per_operation, 4);
  EXPECT_EQ(made.latency.p50, 7);
  EXPECT_EQ(made.verdict, Verdict::timed_out);
  EXPECT_EQ(made.detail, "rank 1 waited");
  result.samples.operations = 0;
  EXPECT_TRUE(std::isnan(row_of(result).messages_per_operation));
}

TEST(RowOf, MovesThePayloadOrTheBytesThatWereSentIfTheseAreFewer) {
  Kernel kernel = testing::fake_commit();
  Case planned{.kernel = &kernel, .shape = {.ranks = 2, .payload_bytes = 64, .parameters = kernel.parameters}, .name = {}};
  planned.shape.values = {1, 2};
  CaseResult result;
  result.planned = &planned;
  result.samples.operations = 10;
  Traffic traffic;
  traffic.sent(Reach::node, 2000);
  result.traffic = {traffic};
  EXPECT_EQ(row_of(result).moved_bytes, 64);
  result.samples.operations = 50;
  EXPECT_EQ(row_of(result).moved_bytes, 40);
  kernel.about.count_rule = CountRule::none;
  EXPECT_EQ(row_of(result).moved_bytes, 64) << "nobody counts the library's own";
  planned.shape.ranks = 1;
  EXPECT_EQ(row_of(result).moved_bytes, 0);
}

/// Of what a kernel declares for a network that loses nothing.
TEST(RowOf, HoldsWhatWasAppliedAgainstWhatIsRight) {
  Kernel kernel = testing::fake_commit();
  const Case planned{
      .kernel = &kernel, .shape = {.ranks = 3, .parameters = kernel.parameters, .loss = {.lost = 0.5}}, .name = {}};
  CaseResult result;
  result.planned = &planned;
  result.applied_per_operation = kNone;
  EXPECT_TRUE(std::isnan(row_of(result).applied_share)) << "nobody counts";
  kernel.applications = [](const Shape& shape) { return shape.ranks * (1 - shape.loss.lost); };
  result.applied_per_operation = 1.2;
  EXPECT_DOUBLE_EQ(row_of(result).applied_share, 0.4);
}

TEST(RowOf, TellsHowAKernelAuthenticatesWhereItCan) {
  constexpr std::array kWays{Authentication::none, Authentication::mac};
  Kernel kernel = testing::fake_commit();
  Case planned{.kernel = &kernel, .shape = {.parameters = kernel.parameters}, .name = {}};
  CaseResult result;
  result.planned = &planned;
  result.traffic = {{.refused = {.forged = 1, .replayed = 2}}, {.refused = {.truncated = 4}}};
  kernel.authentications = kWays;
  EXPECT_EQ(row_of(result).parameters, "authentication=none") << "the sender is trusted, which is to be told";
  planned.shape.authentication = Authentication::mac;
  EXPECT_EQ(row_of(result).parameters, "authentication=mac");
  EXPECT_EQ(row_of(result).refused, 7);
}

TEST(RowOf, LeavesDefaultsOut) {
  const Kernel kernel = testing::fake_commit();
  const Case planned{.kernel = &kernel, .shape = {.parameters = kernel.parameters}, .name = {}};
  CaseResult result;
  result.planned = &planned;
  EXPECT_EQ(row_of(result).parameters, "");
}

}  // namespace
}  // namespace coordbench::table_row_test
