#pragma once
// reduce_scatter_allgather_aggregation — ranks swap halves, then quarters, … until each holds one block of the sum, and back.
//
//   halving    0 ◄─½─► 2   1 ◄─½─► 3     then   0 ◄─¼─► 1   2 ◄─¼─► 3      every rank adds what it keeps
//   doubling   0 ◄─¼─► 1   2 ◄─¼─► 3     then   0 ◄─½─► 2   1 ◄─½─► 3      every rank keeps what it gets
//
// log₂ p rounds each way in which all p = 2^⌊log₂ N⌋ core ranks send once, and 2 messages for each of the N - p ranks beyond
// (parts/power_of_two.hpp): 2p·log₂ p + 2(N - p) messages, empty blocks included; 2·log₂ p delays, 2 more if N > p. A core
// rank sends two payloads at most. Source: Rabenseifner, ICCS 2004; Thakur, Rabenseifner, Gropp, IJHPCA 2005, Allreduce.

#include "collectives/parts/blocks.hpp"
#include "collectives/parts/power_of_two.hpp"
#include "collectives/parts/reduction_data.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class ReduceScatterAllgatherAggregation {
 public:
  using Data = AllReductionData;
  static constexpr About about{.level = 0,
                               .group = "aggregation",
                               .promise = "every rank holds the sum of all ranks' payloads",
                               .messages = "2 p log2 p + 2(N - p), p = 2^floor(log2 N)",
                               .delays = "2 log2 p, + 2 if N > p",
                               .source = "Rabenseifner, ICCS 2004"};
  static constexpr std::array<Parameter, 0> parameters{};
  static std::int64_t messages(const Shape& shape) {
    const int p = floor_pow2(shape.ranks);
    return 2 * (std::int64_t{p} * ceil_log2(p) + shape.ranks - p);
  }
  static int delays(const Shape& shape) {
    const int p = floor_pow2(shape.ranks);
    return 2 * ceil_log2(p) + (shape.ranks > p ? 2 : 0);
  }

  ReduceScatterAllgatherAggregation(const Shape& shape, Rank /*self*/)
      : core_(shape.ranks),
        blocks_(static_cast<std::size_t>(shape.payload_bytes), core_.size(),
                element_bytes(static_cast<std::size_t>(shape.payload_bytes))) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    fold_into_core(endpoint, data, core_);
    if (core_.holds(endpoint.rank())) {
      reduce_scatter(endpoint, data);
      allgather(endpoint, data);
    }
    unfold_from_core(endpoint, data, core_);
  }

 private:
  /// Of 2·half blocks from `first` on, a rank keeps the half that its own block is in and gives the other one away.
  template <class Endpoint>
  void reduce_scatter(Endpoint& endpoint, Data& data) {
    const int self = core_.number(endpoint.rank());
    for (int half = core_.size() / 2; half > 0; half /= 2) {
      const Rank partner = core_.rank(self ^ half);
      const Extent keep = blocks_.extent(self & -half, half);
      const Extent give = blocks_.extent((self ^ half) & -half, half);
      endpoint.exchange(partner, part(data.partial(), give), partner, part(data.inbox(), keep));
      data.fold(keep);
    }
    data.settle();
  }

  template <class Endpoint>
  void allgather(Endpoint& endpoint, Data& data) {
    const int self = core_.number(endpoint.rank());
    for (int held = 1; held < core_.size(); held *= 2) {
      const Rank partner = core_.rank(self ^ held);
      const Extent mine = blocks_.extent(self & -held, held);
      const Extent theirs = blocks_.extent((self ^ held) & -held, held);
      endpoint.exchange(partner, part(data.result(), mine), partner, part(data.result(), theirs));
    }
  }

  PowerOfTwoCore core_;
  Blocks blocks_;
};

}  // namespace coordbench
