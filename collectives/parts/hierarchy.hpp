#pragma once
// The two tiers of a hierarchical collective: the leaders, one a node, and the ranks of a node. The root leads its node, every
// other node is led by its first rank.

#include <algorithm>
#include <bit>
#include <string>

#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

/// Ranks by their places, counted from the one that leads them, which has place 0.
struct Tier {
  Rank lead = 0, first = 0;
  int size = 1, stride = 1;
  int shift = 0;  ///< of place 0 against `first`, in strides
  int place = 0;  ///< of this rank

  [[nodiscard]] Rank rank_at(int at) const { return at == 0 ? lead : first + (at + shift) % size * stride; }
};

/// Nodes that `shape`'s ranks sit on, and the ranks on one of them.
inline int nodes_of(const Shape& shape) { return (shape.ranks + shape.ranks_per_node - 1) / shape.ranks_per_node; }
inline int ranks_on(const Shape& shape, int node) {
  return std::min(shape.ranks_per_node, shape.ranks - node * shape.ranks_per_node);
}

inline Rank leader_of(const Shape& shape, int node) {
  const auto root = static_cast<Rank>(shape["root"]);
  return node == root / shape.ranks_per_node ? root : node * shape.ranks_per_node;
}

/// The ranks of `self`'s node.
inline Tier tier_of_node(const Shape& shape, Rank self) {
  const int node = self / shape.ranks_per_node, size = ranks_on(shape, node);
  const Rank first = node * shape.ranks_per_node, lead = leader_of(shape, node);
  return {
      .lead = lead, .first = first, .size = size, .shift = lead - first, .place = relative(self - first, lead - first, size)};
}

/// The leaders of all nodes; without any, for a rank that leads none.
inline Tier tier_of_leaders(const Shape& shape, Rank self) {
  const auto root = static_cast<Rank>(shape["root"]);
  const int nodes = nodes_of(shape), own = self / shape.ranks_per_node, root_node = root / shape.ranks_per_node;
  if (leader_of(shape, own) != self) return {.size = 0};
  return {.lead = root,
          .size = nodes,
          .stride = shape.ranks_per_node,
          .shift = root_node,
          .place = relative(own, root_node, nodes)};
}

/// Messages on the longest path from the root through the leaders' binomial tree and a node's: a leader is as many messages
/// from the root as its place has ones in binary.
inline int hierarchy_depth(const Shape& shape) {
  int deepest = 0;
  const int nodes = nodes_of(shape), root_node = static_cast<int>(shape["root"]) / shape.ranks_per_node;
  for (int place = 0; place < nodes; ++place) {
    const int above = std::popcount(static_cast<unsigned>(place));
    deepest = std::max(deepest, above + floor_log2(ranks_on(shape, absolute(place, root_node, nodes))));
  }
  return deepest;
}

/// Why a shape does not fit; empty if it does.
inline std::string hierarchy_unfit(const Shape& shape) {
  if (shape.ranks_per_node == 0)
    return "the ranks of a node are not neighbours, or not as many on each; start them with mpirun --map-by slot on as many "
           "slots a node, or give --ranks-per-node";
  return root_unfit(shape);
}

}  // namespace coordbench
