#pragma once
// pairwise_all_to_all — N - 1 rounds; in round i every rank sends to the one i places ahead and receives from the one i behind.
//
//   round 1   0 ─► 1 ─► 2 ─► 3 ─► 0
//   round 2   0 ◄─► 2   1 ◄─► 3              one block in, one block out at a time
//   round 3   0 ─► 3 ─► 2 ─► 1 ─► 0
//
// N(N - 1) messages, N - 1 delays. `payload_bytes` is the block for each destination.
// Source: Thakur, Rabenseifner, Gropp, IJHPCA 2005, All-to-all.

#include "collectives/parts/exchange_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class PairwiseAllToAll {
 public:
  using Data = ExchangeData;
  static constexpr About about{.level = 0,
                               .group = "all-to-all",
                               .promise = "every rank holds the block that each rank had for it",
                               .messages = "N(N - 1)",
                               .delays = "N - 1",
                               .source = "Thakur, Rabenseifner, Gropp, IJHPCA 2005, All-to-all"};
  static constexpr std::array<Parameter, 0> parameters{};
  static std::int64_t messages(const Shape& shape) { return std::int64_t{shape.ranks} * (shape.ranks - 1); }
  static int delays(const Shape& shape) { return shape.ranks - 1; }

  PairwiseAllToAll(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    const int ranks = endpoint.ranks();
    const Rank self = endpoint.rank();
    copy(data.outgoing(self), data.incoming(self));
    for (int i = 1; i < ranks; ++i) {
      const Rank to = absolute(i, self, ranks);
      const Rank from = relative(self, i, ranks);
      endpoint.exchange(to, data.outgoing(to), from, data.incoming(from));
    }
  }
};

}  // namespace coordbench
