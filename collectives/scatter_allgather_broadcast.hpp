#pragma once
// scatter_allgather_broadcast — the root scatters N blocks down a binomial tree, then a ring collects them on every rank.
//
//   scatter   0 ─(c d)─► 2     0 ─(b)─► 1   2 ─(d)─► 3
//   ring      0 ─► 1 ─► 2 ─► 3 ─► 0     N - 1 times, each time the block received last
//
// (N - 1) + N(N - 1) messages, blocks that are empty or already there included; ⌊log₂ N⌋ + N - 1 delays. Each rank sends less
// than three payloads however many ranks there are. Source: van de Geijn's algorithm in Thakur, Rabenseifner, Gropp, IJHPCA
// 2005, 4.2.

#include <algorithm>

#include "collectives/parts/blocks.hpp"
#include "collectives/parts/broadcast_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class ScatterAllgatherBroadcast {
 public:
  using Data = BroadcastData;
  static constexpr About about{.level = 0,
                               .group = "broadcast",
                               .promise = "every rank holds the root's payload",
                               .messages = "(N - 1) + N(N - 1)",
                               .delays = "floor(log2 N) + N - 1",
                               .source = "Thakur, Rabenseifner, Gropp, IJHPCA 2005, 4.2"};
  static constexpr std::array parameters{kRoot};
  static std::int64_t messages(const Shape& shape) { return (std::int64_t{shape.ranks} + 1) * (shape.ranks - 1); }
  static int delays(const Shape& shape) { return floor_log2(shape.ranks) + shape.ranks - 1; }
  static std::string unfit(const Shape& shape) { return root_unfit(shape); }

  ScatterAllgatherBroadcast(const Shape& shape, Rank /*self*/)
      : blocks_(static_cast<std::size_t>(shape.payload_bytes), shape.ranks) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    scatter(endpoint, data);
    allgather(endpoint, data);
  }

 private:
  /// A rank reached over distance d receives the blocks of the d ranks from itself on, and hands on the upper halves.
  template <class Endpoint>
  void scatter(Endpoint& endpoint, Data& data) {
    const int ranks = endpoint.ranks();
    const Rank self = relative(endpoint.rank(), data.root(), ranks);
    const auto blocks_of = [&](Rank first, int distance) {
      return part(data.payload(), blocks_.extent(first, std::min(distance, ranks - first)));
    };
    const int joined = self == 0 ? 1 << ceil_log2(ranks) : self & -self;
    if (self != 0) endpoint.receive(absolute(self - joined, data.root(), ranks), blocks_of(self, joined));
    for (int distance = joined / 2; distance > 0; distance /= 2)
      if (self + distance < ranks)
        endpoint.send(absolute(self + distance, data.root(), ranks), blocks_of(self + distance, distance));
  }

  template <class Endpoint>
  void allgather(Endpoint& endpoint, Data& data) {
    const int ranks = endpoint.ranks();
    const Rank self = relative(endpoint.rank(), data.root(), ranks);
    const Rank left = absolute(self + ranks - 1, data.root(), ranks);
    const Rank right = absolute(self + 1, data.root(), ranks);
    for (int i = 0; i + 1 < ranks; ++i) {
      const int newest = relative(self, i, ranks);
      const int next = relative(self, i + 1, ranks);
      endpoint.exchange(right, part(data.payload(), blocks_.extent(newest)), left, part(data.payload(), blocks_.extent(next)));
    }
  }

  Blocks blocks_;
};

}  // namespace coordbench
