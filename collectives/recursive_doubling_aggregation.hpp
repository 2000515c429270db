#pragma once
// recursive_doubling_aggregation — ranks swap whole partial sums with partners twice as far away in every round.
//
//   round 0   0 ◄─► 1   2 ◄─► 3
//   round 1   0 ◄───────► 2   1 ◄───────► 3        all hold the sum
//
// With p the largest power of two ≤ N, the N - p ranks beyond it join a neighbour first and are told at the end
// (parts/power_of_two.hpp): p·log₂ p + 2(N - p) messages. log₂ p delays, 1 more if N > p, and another if more than p/2 ranks
// are beyond: a chain as long as there are rounds joins ranks of the core that differ in every bit, c and p - 1 - c.
// Source: Thakur, Rabenseifner, Gropp, IJHPCA 2005, Allreduce.

#include "collectives/parts/power_of_two.hpp"
#include "collectives/parts/reduction_data.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class RecursiveDoublingAggregation {
 public:
  using Data = AllReductionData;
  static constexpr About about{.level = 0,
                               .group = "aggregation",
                               .promise = "every rank holds the sum of all ranks' payloads",
                               .messages = "p log2 p + 2(N - p), p = 2^floor(log2 N)",
                               .delays = "log2 p, + 1 if p < N <= 3p/2, + 2 if N > 3p/2",
                               .source = "Thakur, Rabenseifner, Gropp, IJHPCA 2005, Allreduce"};
  static constexpr std::array<Parameter, 0> parameters{};
  static std::int64_t messages(const Shape& shape) {
    const int p = floor_pow2(shape.ranks);
    return std::int64_t{p} * ceil_log2(p) + 2 * (shape.ranks - p);
  }
  static int delays(const Shape& shape) {
    const int p = floor_pow2(shape.ranks);
    return ceil_log2(p) + (shape.ranks > p ? 1 : 0) + (2 * (shape.ranks - p) > p ? 1 : 0);
  }

  RecursiveDoublingAggregation(const Shape& shape, Rank /*self*/) : core_(shape.ranks) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    fold_into_core(endpoint, data, core_);
    if (core_.holds(endpoint.rank())) double_up(endpoint, data);
    unfold_from_core(endpoint, data, core_);
  }

 private:
  template <class Endpoint>
  void double_up(Endpoint& endpoint, Data& data) {
    const int self = core_.number(endpoint.rank());
    for (int distance = 1; distance < core_.size(); distance *= 2) {
      const Rank partner = core_.rank(self ^ distance);
      endpoint.exchange(partner, data.partial(), partner, data.inbox());
      data.fold();
    }
    data.settle();
  }

  PowerOfTwoCore core_;
};

}  // namespace coordbench
