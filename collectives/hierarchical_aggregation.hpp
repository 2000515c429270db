#pragma once
// hierarchical_aggregation — each node sums its ranks' payloads at a leader, and the leaders sum theirs at the root.
//
//   inside nodes    0 ◄ 1  2 ◄ 3   4 ◄ 5 …     Up a binomial tree inside each node, then up another of the leaders: one
//                   0 ◄─── 2       4 ◄─── 6    partial sum a node crosses the network.
//   between nodes   0 ◄─────────── 4           (four ranks a node)
//
// N - 1 messages, h - 1 of them between h nodes; ⌊log₂ h⌋ + ⌊log₂ r⌋ delays on nodes of r ranks, less if the last node has
// fewer and lies deepest. Source: Karonis et al., IPDPS 2000 (multilevel trees); Thakur, Rabenseifner, Gropp, IJHPCA 2005,
// Reduce.

#include "collectives/parts/hierarchy.hpp"
#include "collectives/parts/reduction_data.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class HierarchicalAggregation {
 public:
  using Data = RootReductionData;
  static constexpr About about{.level = 0,
                               .group = "aggregation",
                               .promise = "the root holds the sum of all ranks' payloads",
                               .messages = "N - 1, h - 1 of them between h nodes",
                               .delays = "floor(log2 h) + floor(log2 r), h nodes of r ranks",
                               .source = "Karonis et al., IPDPS 2000; Thakur, Rabenseifner, Gropp, IJHPCA 2005, Reduce"};
  static constexpr std::array parameters{kRoot};
  static std::int64_t messages(const Shape& shape) { return shape.ranks - 1; }
  static std::int64_t messages_between_nodes(const Shape& shape) { return nodes_of(shape) - 1; }
  static int delays(const Shape& shape) { return hierarchy_depth(shape); }
  static std::string unfit(const Shape& shape) { return hierarchy_unfit(shape); }

  HierarchicalAggregation(const Shape& shape, Rank self)
      : node_(tier_of_node(shape, self)), leaders_(tier_of_leaders(shape, self)) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    climb(node_, endpoint, data);
    if (node_.place == 0) climb(leaders_, endpoint, data);
    if (endpoint.rank() == data.root()) data.settle();
  }

 private:
  template <class Endpoint>
  static void climb(const Tier& tier, Endpoint& endpoint, Data& data) {
    for (int distance = 1; distance < tier.size; distance *= 2) {
      if (tier.place & distance) return endpoint.send(tier.rank_at(tier.place - distance), data.partial());
      if (tier.place + distance >= tier.size) continue;
      endpoint.receive(tier.rank_at(tier.place + distance), data.inbox());
      data.fold();
    }
  }

  Tier node_, leaders_;
};

}  // namespace coordbench
