#include "collectives/shared_aggregation.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::shared_aggregation_test {
namespace {

TEST(SharedAggregation, ShowsInputsAndBlocksAndTellsWhenItIsDone) {
  EXPECT_EQ(messages_counted<SharedAggregation>(1), 0);
  EXPECT_EQ(messages_counted<SharedAggregation>(2), 6);
  EXPECT_EQ(messages_counted<SharedAggregation>(5), 60);
  expect_closed_form_up_to<SharedAggregation>(17);
}

TEST(SharedAggregation, GivesEveryRankTheSameShare) {
  EXPECT_EQ(run_collective<SharedAggregation>(shape_of<SharedAggregation>(6, 4096), 1).busiest_rank, 15);
}

TEST(SharedAggregation, TellsEveryRankWhenAllHaveCopied) {
  for (const int ranks : {2, 3, 8}) {
    const Shape shape = shape_of<SharedAggregation>(ranks, 200);
    EXPECT_EQ(left_before_others_held<SharedAggregation>(shape, [](Rank) { return true; }), 0);
  }
}

TEST(SharedAggregation, TakesThreeSteps) {
  EXPECT_EQ(SharedAggregation::delays(shape_of<SharedAggregation>(1)), 0);
  EXPECT_EQ(SharedAggregation::delays(shape_of<SharedAggregation>(64)), 3);
}

}  // namespace
}  // namespace coordbench::testing::shared_aggregation_test
