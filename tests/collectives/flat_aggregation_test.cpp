#include "collectives/flat_aggregation.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::flat_aggregation_test {
namespace {

TEST(FlatAggregation, EveryRankButTheRootSendsOnce) {
  EXPECT_EQ(messages_counted<FlatAggregation>(1), 0);
  EXPECT_EQ(messages_counted<FlatAggregation>(5), 4);
  expect_closed_form_at_roots_up_to<FlatAggregation>(17);
}

TEST(FlatAggregation, TheRootReceivesAllOfThem) {
  const auto result = run_collective<FlatAggregation>(shape_of<FlatAggregation>(17, 8, {{"root", 16}}), 1);
  EXPECT_EQ(result.busiest_receiver, 16);
  EXPECT_EQ(result.busiest_rank, 1);
}

TEST(FlatAggregation, TakesOneStep) {
  EXPECT_EQ(FlatAggregation::delays(shape_of<FlatAggregation>(1)), 0);
  EXPECT_EQ(FlatAggregation::delays(shape_of<FlatAggregation>(64)), 1);
}

}  // namespace
}  // namespace coordbench::testing::flat_aggregation_test
