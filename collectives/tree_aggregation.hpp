#pragma once
// tree_aggregation — sums climb a tree in which every rank has up to k = fanout children, filled level by level.
//
//   3 ─┐          5 ─┐
//   4 ─┴► 1 ─┐    6 ─┴► 2 ─┐        k = 2; the root receives k messages, not N - 1
//            └───────► 0 ◄─┘
//
// N - 1 messages, as many delays as the tree has levels below its root, ⌈log_k(N(k - 1) + 1)⌉ - 1 (N - 1 for k = 1).
// Source: Pješivac-Grbović et al., Cluster Computing 10, 2007 (k-ary tree).

#include <algorithm>

#include "collectives/parts/reduction_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class TreeAggregation {
 public:
  using Data = RootReductionData;
  static constexpr About about{.level = 0,
                               .group = "aggregation",
                               .promise = "the root holds the sum of all ranks' payloads",
                               .messages = "N - 1",
                               .delays = "ceil(log_k(N(k - 1) + 1)) - 1, k = fanout",
                               .source = "Pjesivac-Grbovic et al., Cluster Computing 10, 2007"};
  static constexpr std::array parameters{
      kRoot, Parameter{.name = "fanout", .initial = 2, .lowest = 1, .highest = 1024, .help = "most children of a rank"}};
  static std::int64_t messages(const Shape& shape) { return shape.ranks - 1; }
  static int delays(const Shape& shape) { return tree_depth(shape.ranks, shape["fanout"]); }
  static std::string unfit(const Shape& shape) { return root_unfit(shape); }

  TreeAggregation(const Shape& shape, Rank /*self*/) : fanout_(shape["fanout"]) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    const int ranks = endpoint.ranks();
    const std::int64_t self = relative(endpoint.rank(), data.root(), ranks);
    const std::int64_t first = self * fanout_ + 1;
    for (std::int64_t child = first; child < std::min<std::int64_t>(first + fanout_, ranks); ++child) {
      endpoint.receive(absolute(static_cast<Rank>(child), data.root(), ranks), data.inbox());
      data.fold();
    }
    if (self == 0)
      data.settle();
    else
      endpoint.send(absolute(static_cast<Rank>((self - 1) / fanout_), data.root(), ranks), data.partial());
  }

 private:
  std::int64_t fanout_;
};

}  // namespace coordbench
