#pragma once
// binomial_aggregation — sums climb a binomial tree: half of the ranks that are left hand theirs over in every round.
//
//   round 0   0 ◄ 1   2 ◄ 3   4 ◄ 5   6 ◄ 7
//   round 1   0 ◄──── 2       4 ◄──── 6
//   round 2   0 ◄──────────── 4
//
// N - 1 messages, ⌊log₂ N⌋ delays. Source: Thakur, Rabenseifner, Gropp, IJHPCA 2005, Reduce.

#include "collectives/parts/reduction_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class BinomialAggregation {
 public:
  using Data = RootReductionData;
  static constexpr About about{.level = 0,
                               .group = "aggregation",
                               .promise = "the root holds the sum of all ranks' payloads",
                               .messages = "N - 1",
                               .delays = "floor(log2 N)",
                               .source = "Thakur, Rabenseifner, Gropp, IJHPCA 2005, Reduce"};
  static constexpr std::array parameters{kRoot};
  static std::int64_t messages(const Shape& shape) { return shape.ranks - 1; }
  static int delays(const Shape& shape) { return floor_log2(shape.ranks); }
  static std::string unfit(const Shape& shape) { return root_unfit(shape); }

  BinomialAggregation(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    const int ranks = endpoint.ranks();
    const Rank self = relative(endpoint.rank(), data.root(), ranks);
    for (int distance = 1; distance < ranks; distance *= 2) {
      if (self & distance) return endpoint.send(absolute(self - distance, data.root(), ranks), data.partial());
      if (self + distance >= ranks) continue;
      endpoint.receive(absolute(self + distance, data.root(), ranks), data.inbox());
      data.fold();
    }
    data.settle();
  }
};

}  // namespace coordbench
