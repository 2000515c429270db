#include "collectives/tree_aggregation.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::tree_aggregation_test {
namespace {

Shape tree(int ranks, std::int64_t fanout, Rank root = 0) {
  return shape_of<TreeAggregation>(ranks, 8, {{"fanout", fanout}, {"root", root}});
}

TEST(TreeAggregation, EveryRankButTheRootSendsOnce) {
  EXPECT_EQ(messages_counted<TreeAggregation>(1), 0);
  EXPECT_EQ(messages_counted<TreeAggregation>(7), 6);
  expect_closed_form_at_roots_up_to<TreeAggregation>(17);
}

TEST(TreeAggregation, IsRightForAnyFanout) {
  for (const std::int64_t fanout : {1, 3, 4, 100})
    for (int ranks = 1; ranks <= 17; ++ranks) expect_closed_form<TreeAggregation>(tree(ranks, fanout, ranks / 2));
}

TEST(TreeAggregation, NobodyReceivesMoreThanTheFanout) {
  EXPECT_EQ(run_collective<TreeAggregation>(tree(64, 2), 1).busiest_receiver, 2);
  EXPECT_EQ(run_collective<TreeAggregation>(tree(64, 4, 63), 1).busiest_receiver, 4);
  EXPECT_EQ(run_collective<TreeAggregation>(tree(3, 100), 1).busiest_receiver, 2);
}

TEST(TreeAggregation, DeclaresTheDepthOfItsTree) {
  const auto depth = [](int ranks, std::int64_t fanout) { return TreeAggregation::delays(tree(ranks, fanout)); };
  EXPECT_EQ(depth(1, 2), 0);
  EXPECT_EQ(depth(3, 2), 1);
  EXPECT_EQ(depth(4, 2), 2);
  EXPECT_EQ(depth(7, 2), 2);
  EXPECT_EQ(depth(8, 2), 3);
  EXPECT_EQ(depth(21, 4), 2);
  EXPECT_EQ(depth(22, 4), 3);
  EXPECT_EQ(depth(6, 1), 5);
}

}  // namespace
}  // namespace coordbench::testing::tree_aggregation_test
