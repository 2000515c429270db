#pragma once
// flat_aggregation — every rank sends its payload to the root, which adds them all.
//
//   1 ──┐
//   2 ──┼──► 0        one step for the network, N - 1 receives and additions for the root
//   3 ──┘
//
// N - 1 messages, all to the root; 1 delay. Source: Pješivac-Grbović et al., Cluster Computing 10, 2007 (linear tree).

#include "collectives/parts/reduction_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class FlatAggregation {
 public:
  using Data = RootReductionData;
  static constexpr About about{.level = 0,
                               .group = "aggregation",
                               .promise = "the root holds the sum of all ranks' payloads",
                               .messages = "N - 1",
                               .delays = "1; 0 for N = 1",
                               .source = "Pjesivac-Grbovic et al., Cluster Computing 10, 2007"};
  static constexpr std::array parameters{kRoot};
  static std::int64_t messages(const Shape& shape) { return shape.ranks - 1; }
  static int delays(const Shape& shape) { return shape.ranks > 1 ? 1 : 0; }
  static std::string unfit(const Shape& shape) { return root_unfit(shape); }

  FlatAggregation(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    const int ranks = endpoint.ranks();
    if (endpoint.rank() != data.root()) return endpoint.send(data.root(), data.input());
    for (int i = 1; i < ranks; ++i) {
      endpoint.receive(absolute(i, data.root(), ranks), data.inbox());
      data.fold();
    }
    data.settle();
  }
};

}  // namespace coordbench
