#include "harness/world/nodes.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace coordbench::testing::nodes_mpi_test {
namespace {

int block_of(const std::vector<int>& node_of) { return Nodes(node_of, 0).ranks_per_node(); }

TEST(Nodes, AreBlocksOfNeighboursOrNone) {
  EXPECT_EQ(block_of({0}), 1);
  EXPECT_EQ(block_of({0, 0, 0}), 3);
  EXPECT_EQ(block_of({0, 0, 1, 1, 2}), 2) << "the last node may hold fewer";
  EXPECT_EQ(block_of({0, 1, 1, 2, 2}), 0) << "the first may not";
  EXPECT_EQ(block_of({0, 0, 1, 1, 1}), 0) << "and none may hold more";
  EXPECT_EQ(block_of({0, 1, 0, 1}), 0);
  EXPECT_EQ(block_of({0, 0, 1, 1, 0}), 0);
}

/// For every pair of ranks, whether a message between them crosses from one node to another.
void expect_apart_as_seated(const std::vector<int>& node_of) {
  for (std::size_t self = 0; self < node_of.size(); ++self) {
    const Nodes nodes(node_of, static_cast<Rank>(self));
    for (std::size_t other = 0; other < node_of.size(); ++other)
      EXPECT_EQ(nodes.neighbours().are_apart_from(static_cast<Rank>(other)), node_of[self] != node_of[other])
          << self << " and " << other;
  }
}

TEST(Nodes, TellWhoIsApartHoweverRanksSit) {
  expect_apart_as_seated({0, 0, 1, 1, 2});
  expect_apart_as_seated({0, 1, 0, 1});
  expect_apart_as_seated({0, 0, 0});
  EXPECT_FALSE(Neighbours().are_apart_from(1'000'000)) << "who was told nothing has only neighbours";
}

TEST(Nodes, AreNumberedInTheOrderOfTheirFirstRank) {
  EXPECT_EQ(numbered(std::vector<std::string>{"b", "a", "b", "c", "a"}), (std::vector<int>{0, 1, 0, 2, 1}));
}

}  // namespace
}  // namespace coordbench::testing::nodes_mpi_test
