#include "collectives/binomial_aggregation.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::binomial_aggregation_test {
namespace {

TEST(BinomialAggregation, EveryRankButTheRootSendsOnce) {
  EXPECT_EQ(messages_counted<BinomialAggregation>(1), 0);
  EXPECT_EQ(messages_counted<BinomialAggregation>(6), 5);
  expect_closed_form_at_roots_up_to<BinomialAggregation>(17);
}

TEST(BinomialAggregation, TheRootReceivesOnlyLogarithmicallyMany) {
  EXPECT_EQ(run_collective<BinomialAggregation>(shape_of<BinomialAggregation>(16), 1).busiest_receiver, 4);
  EXPECT_EQ(run_collective<BinomialAggregation>(shape_of<BinomialAggregation>(17), 1).busiest_receiver, 5);
}

TEST(BinomialAggregation, DeclaresTheDepthOfItsTree) {
  EXPECT_EQ(BinomialAggregation::delays(shape_of<BinomialAggregation>(1)), 0);
  EXPECT_EQ(BinomialAggregation::delays(shape_of<BinomialAggregation>(8)), 3);
  EXPECT_EQ(BinomialAggregation::delays(shape_of<BinomialAggregation>(9)), 3);
}

}  // namespace
}  // namespace coordbench::testing::binomial_aggregation_test
