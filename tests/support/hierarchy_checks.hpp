#pragma once
// What a hierarchical collective must show: right answers and both closed forms, however ranks sit on nodes.

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing {

/// `per_node` neighbouring ranks on each node.
template <class K>
Shape on_nodes(int ranks, int per_node, Rank root = 0, std::int64_t bytes = 8) {
  Shape shape = shape_of<K>(ranks, bytes, {{"root", root}});
  shape.ranks_per_node = per_node;
  return shape;
}

/// Also with a last node that is not full, and with more room on a node than ranks.
template <class K>
void expect_closed_form_on_nodes() {
  for (const int per_node : {1, 2, 3, 4, 7, 64})
    for (int ranks = 1; ranks <= 17; ++ranks)
      for (const Rank root : three_roots(ranks))
        for (const std::int64_t bytes : {8, 4097}) {
          const Shape shape = on_nodes<K>(ranks, per_node, root, bytes);
          EXPECT_EQ(expect_closed_form<K>(shape, 1).messages_between_nodes, K::messages_between_nodes(shape))
              << in_words(shape) << ", " << per_node << " a node";
        }
}

}  // namespace coordbench::testing
