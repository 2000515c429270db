#pragma once
// shared_aggregation — every rank sums one block over all ranks' inputs where they lie, then copies the blocks that the others
// summed.
//
//   inputs    0 [a|b]   1 [c|d]        everybody shows its input to everybody
//   blocks    0 [a+c]   1   [b+d]      rank r sums block r, and shows it
//   results   0 [a+c|b+d]  1 [a+c|b+d] everybody copies the others' blocks, and says when it has
//
// 3N(N - 1) messages, a line each, whatever the payload; 3 delays. Every byte is read N times and written twice, by all cores
// at once. Source: Graham, Shipman, "MPI Support for Multi-core Architectures: Optimized Shared Memory Collectives", 2008.

#include "collectives/parts/blocks.hpp"
#include "collectives/parts/reduction_data.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class SharedAggregation {
 public:
  using Data = AllReductionData;
  static constexpr About about{.level = 0,
                               .group = "aggregation",
                               .promise = "every rank holds the sum of all ranks' payloads, and knows that all do",
                               .messages = "3N(N - 1)",
                               .delays = "3; 0 for N = 1",
                               .source = "Graham, Shipman, EuroPVM/MPI 2008",
                               .only_over = TransportName::shared_memory};
  static constexpr std::array<Parameter, 0> parameters{};
  static std::int64_t messages(const Shape& shape) { return std::int64_t{3} * shape.ranks * (shape.ranks - 1); }
  static int delays(const Shape& shape) { return shape.ranks > 1 ? 3 : 0; }

  SharedAggregation(const Shape& shape, Rank self)
      : self_(self),
        ranks_(shape.ranks),
        width_(element_bytes(static_cast<std::size_t>(shape.payload_bytes))),
        blocks_(static_cast<std::size_t>(shape.payload_bytes), shape.ranks, width_) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    const Extent mine = blocks_.extent(self_);
    for_each_other([&](Rank rank) { endpoint.show(rank, data.input(), blocks_.extent(rank).size); });
    copy(part(data.input(), mine), part(data.result(), mine));
    for_each_other([&](Rank rank) { add(part(data.result(), mine), part(endpoint.look(rank), mine), width_); });
    for_each_other([&](Rank rank) { endpoint.show(rank, part(data.result(), mine)); });
    for_each_other([&](Rank rank) { copy(endpoint.look(rank), part(data.result(), blocks_.extent(rank))); });
    for_each_other([&](Rank rank) { endpoint.raise_flag(rank); });
    for_each_other([&](Rank rank) { endpoint.await_flag(rank); });
  }

 private:
  /// From the next rank on, so that not all read the same one at a time.
  template <class Visit>
  void for_each_other(Visit&& visit) const {
    for (int i = 1; i < ranks_; ++i) visit((self_ + i) % ranks_);
  }

  Rank self_;
  int ranks_;
  std::size_t width_;
  Blocks blocks_;
};

}  // namespace coordbench
