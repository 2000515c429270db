#include "collectives/delta_dissemination.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::delta_dissemination_test {
namespace {

Shape delta(int ranks, std::int64_t bytes, std::int64_t delta_bytes) {
  return shape_of<DeltaDissemination>(ranks, bytes, {{"delta_bytes", delta_bytes}});
}

TEST(DeltaDissemination, SendsOneMessageToEveryRankButTheRoot) {
  EXPECT_EQ(messages_counted<DeltaDissemination>(1), 0);
  EXPECT_EQ(messages_counted<DeltaDissemination>(10), 9);
  expect_closed_form_at_roots_up_to<DeltaDissemination>(17);
}

TEST(DeltaDissemination, SendsTheChangeOnly) {
  EXPECT_EQ(run_collective<DeltaDissemination>(delta(10, 1000, 64), 1).bytes, 9 * 64);
  EXPECT_EQ(run_collective<DeltaDissemination>(delta(10, 8, 64), 1).bytes, 9 * 8) << "a change is no larger than the state";
}

TEST(DeltaDissemination, KeepsReplicasRightOverManyChanges) {
  for (const std::int64_t bytes : {1, 63, 999}) expect_closed_form<DeltaDissemination>(delta(5, bytes, 7), 40);
}

TEST(DeltaDissemination, DeclaresTheDepthOfItsTree) {
  EXPECT_EQ(DeltaDissemination::delays(delta(1, 8, 8)), 0);
  EXPECT_EQ(DeltaDissemination::delays(delta(9, 8, 8)), 3);
}

}  // namespace
}  // namespace coordbench::testing::delta_dissemination_test
