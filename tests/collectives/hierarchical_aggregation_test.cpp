#include "collectives/hierarchical_aggregation.hpp"

#include <gtest/gtest.h>

#include "tests/support/hierarchy_checks.hpp"

namespace coordbench::testing::hierarchical_aggregation_test {
namespace {

TEST(HierarchicalAggregation, EveryRankButTheRootSendsOnceWhateverANodeHolds) {
  expect_closed_form_on_nodes<HierarchicalAggregation>();
}

TEST(HierarchicalAggregation, CrossesTheNetworkOnceANode) {
  EXPECT_EQ(run_collective<HierarchicalAggregation>(on_nodes<HierarchicalAggregation>(16, 4), 1).messages_between_nodes, 3);
  EXPECT_EQ(run_collective<HierarchicalAggregation>(on_nodes<HierarchicalAggregation>(16, 4, 5), 1).messages_between_nodes, 3);
  EXPECT_EQ(run_collective<HierarchicalAggregation>(on_nodes<HierarchicalAggregation>(16, 16), 1).messages_between_nodes, 0);
}

TEST(HierarchicalAggregation, DeclaresTheDepthOfBothTrees) {
  const auto depth = [](int ranks, int per_node, Rank root = 0) {
    return HierarchicalAggregation::delays(on_nodes<HierarchicalAggregation>(ranks, per_node, root));
  };
  EXPECT_EQ(depth(1, 1), 0);
  EXPECT_EQ(depth(8, 8), 3);
  EXPECT_EQ(depth(16, 4), 4);
  EXPECT_EQ(depth(13, 4), 3) << "the fourth leader, two messages deep, is alone on its node";
  EXPECT_EQ(depth(13, 4, 12), 4) << "now it is the root, and a full node lies deepest";
}

TEST(HierarchicalAggregation, RefusesRanksThatAreNoNeighbours) {
  EXPECT_NE(HierarchicalAggregation::unfit(on_nodes<HierarchicalAggregation>(8, 0)).find("--ranks-per-node"),
            std::string::npos);
  EXPECT_EQ(HierarchicalAggregation::unfit(on_nodes<HierarchicalAggregation>(8, 4)), "");
}

}  // namespace
}  // namespace coordbench::testing::hierarchical_aggregation_test
