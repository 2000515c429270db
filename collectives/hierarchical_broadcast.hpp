#pragma once
// hierarchical_broadcast — the root's payload reaches one leader on every node, and from there the ranks of its node.
//
//   between nodes   0 ─────► 4 ─────► …      Leaders first, down a binomial tree, then inside each node down another: the
//   inside nodes    0 ► 2  4 ► 6             network carries one copy a node, however many ranks sit there.
//                   0 ► 1  2 ► 3  4 ► 5 …    (four ranks a node)
//
// N - 1 messages, h - 1 of them between h nodes; ⌊log₂ h⌋ + ⌊log₂ r⌋ delays on nodes of r ranks, less if the last node has
// fewer and lies deepest. On one node it is a binomial broadcast. Source: Karonis et al., IPDPS 2000 (multilevel trees);
// Thakur, Rabenseifner, Gropp, IJHPCA 2005, 4.2.

#include "collectives/parts/broadcast_data.hpp"
#include "collectives/parts/hierarchy.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class HierarchicalBroadcast {
 public:
  using Data = BroadcastData;
  static constexpr About about{.level = 0,
                               .group = "broadcast",
                               .promise = "every rank holds the root's payload",
                               .messages = "N - 1, h - 1 of them between h nodes",
                               .delays = "floor(log2 h) + floor(log2 r), h nodes of r ranks",
                               .source = "Karonis et al., IPDPS 2000; Thakur, Rabenseifner, Gropp, IJHPCA 2005, 4.2"};
  static constexpr std::array parameters{kRoot};
  static std::int64_t messages(const Shape& shape) { return shape.ranks - 1; }
  static std::int64_t messages_between_nodes(const Shape& shape) { return nodes_of(shape) - 1; }
  static int delays(const Shape& shape) { return hierarchy_depth(shape); }
  static std::string unfit(const Shape& shape) { return hierarchy_unfit(shape); }

  HierarchicalBroadcast(const Shape& shape, Rank self)
      : leaders_(tier_of_leaders(shape, self)), node_(tier_of_node(shape, self)) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    if (leaders_.size > 1) pass_down(leaders_, endpoint, data);
    pass_down(node_, endpoint, data);
  }

 private:
  template <class Endpoint>
  static void pass_down(const Tier& tier, Endpoint& endpoint, Data& data) {
    const int joined = tier.place == 0 ? 1 << ceil_log2(tier.size) : tier.place & -tier.place;
    if (tier.place != 0) endpoint.receive(tier.rank_at(tier.place - joined), data.payload());
    for (int distance = joined / 2; distance > 0; distance /= 2)
      if (tier.place + distance < tier.size) endpoint.send(tier.rank_at(tier.place + distance), data.payload());
  }

  Tier leaders_, node_;
};

}  // namespace coordbench
