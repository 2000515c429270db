#include "collectives/recursive_doubling_aggregation.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::recursive_doubling_aggregation_test {
namespace {

TEST(RecursiveDoublingAggregation, SwapsInPairsAndFoldsInTheRest) {
  EXPECT_EQ(messages_counted<RecursiveDoublingAggregation>(1), 0);
  EXPECT_EQ(messages_counted<RecursiveDoublingAggregation>(2), 2);
  EXPECT_EQ(messages_counted<RecursiveDoublingAggregation>(3), 2 + 2);
  EXPECT_EQ(messages_counted<RecursiveDoublingAggregation>(4), 8);
  EXPECT_EQ(messages_counted<RecursiveDoublingAggregation>(7), 8 + 6);
  EXPECT_EQ(messages_counted<RecursiveDoublingAggregation>(8), 24);
  EXPECT_EQ(messages_counted<RecursiveDoublingAggregation>(17), 64 + 2);
  expect_closed_form_up_to<RecursiveDoublingAggregation>(17);
}

TEST(RecursiveDoublingAggregation, NobodySendsMoreThanOnceARound) {
  EXPECT_EQ(run_collective<RecursiveDoublingAggregation>(shape_of<RecursiveDoublingAggregation>(16), 1).busiest_rank, 4);
}

TEST(RecursiveDoublingAggregation, DeclaresItsRoundsAndTheFolding) {
  EXPECT_EQ(RecursiveDoublingAggregation::delays(shape_of<RecursiveDoublingAggregation>(1)), 0);
  EXPECT_EQ(RecursiveDoublingAggregation::delays(shape_of<RecursiveDoublingAggregation>(8)), 3);
  EXPECT_EQ(RecursiveDoublingAggregation::delays(shape_of<RecursiveDoublingAggregation>(9)), 4);
  EXPECT_EQ(RecursiveDoublingAggregation::delays(shape_of<RecursiveDoublingAggregation>(13)), 5);
}

}  // namespace
}  // namespace coordbench::testing::recursive_doubling_aggregation_test
