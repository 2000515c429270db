#include "collectives/shared_aggregation.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing {
namespace {

TEST(SharedAggregation, ShowsInputsAndBlocksAndTellsWhenItIsDone) {
  EXPECT_EQ(messages_counted<SharedAggregation>(1), 0);
  EXPECT_EQ(messages_counted<SharedAggregation>(2), 6);
  EXPECT_EQ(messages_counted<SharedAggregation>(5), 60);
  expect_closed_form_up_to<SharedAggregation>(9);
}

TEST(SharedAggregation, GivesEveryRankTheSameShare) {
  EXPECT_EQ(run_collective<SharedAggregation>(shape_of<SharedAggregation>(6, 4096), 1).busiest_rank, 15);
}

TEST(SharedAggregation, TakesThreeSteps) {
  EXPECT_EQ(SharedAggregation::delays(shape_of<SharedAggregation>(1)), 0);
  EXPECT_EQ(SharedAggregation::delays(shape_of<SharedAggregation>(64)), 3);
}

}  // namespace
}  // namespace coordbench::testing
