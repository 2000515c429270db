#include "collectives/hierarchical_broadcast.hpp"

#include <gtest/gtest.h>

#include "tests/support/hierarchy_checks.hpp"

namespace coordbench::testing::hierarchical_broadcast_test {
namespace {

TEST(HierarchicalBroadcast, SendsOneMessageToEveryRankButTheRootWhateverANodeHolds) {
  expect_closed_form_on_nodes<HierarchicalBroadcast>();
}

TEST(HierarchicalBroadcast, CrossesTheNetworkOnceANode) {
  EXPECT_EQ(run_collective<HierarchicalBroadcast>(on_nodes<HierarchicalBroadcast>(16, 4), 1).messages_between_nodes, 3);
  EXPECT_EQ(run_collective<HierarchicalBroadcast>(on_nodes<HierarchicalBroadcast>(16, 4, 5), 1).messages_between_nodes, 3);
  EXPECT_EQ(run_collective<HierarchicalBroadcast>(on_nodes<HierarchicalBroadcast>(16, 16), 1).messages_between_nodes, 0);
}

TEST(HierarchicalBroadcast, DeclaresTheDepthOfBothTrees) {
  const auto depth = [](int ranks, int per_node, Rank root = 0) {
    return HierarchicalBroadcast::delays(on_nodes<HierarchicalBroadcast>(ranks, per_node, root));
  };
  EXPECT_EQ(depth(1, 1), 0);
  EXPECT_EQ(depth(8, 8), 3);
  EXPECT_EQ(depth(16, 4), 4);
  EXPECT_EQ(depth(13, 4), 3) << "the fourth leader, two messages deep, is alone on its node";
  EXPECT_EQ(depth(13, 4, 12), 4) << "now it is the root, and a full node lies deepest";
}

TEST(HierarchicalBroadcast, RefusesRanksThatAreNoNeighbours) {
  EXPECT_NE(HierarchicalBroadcast::unfit(on_nodes<HierarchicalBroadcast>(8, 0)).find("--ranks-per-node"), std::string::npos);
  EXPECT_EQ(HierarchicalBroadcast::unfit(on_nodes<HierarchicalBroadcast>(8, 4)), "");
}

}  // namespace
}  // namespace coordbench::testing::hierarchical_broadcast_test
