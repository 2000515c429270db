#pragma once
// linear_all_to_all — every rank posts the receives of all blocks, then all sends, and waits: nothing is ordered.
//
//   0 ◄─► 1     0 ◄─► 2     0 ◄─► 3
//   1 ◄─► 2     1 ◄─► 3     2 ◄─► 3        all at once
//
// N(N - 1) messages, 1 delay. `payload_bytes` is the block for each destination.
// Source: Thakur, Rabenseifner, Gropp, IJHPCA 2005, All-to-all.

#include "collectives/parts/exchange_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class LinearAllToAll {
 public:
  using Data = ExchangeData;
  static constexpr About about{.level = 0,
                               .group = "all-to-all",
                               .promise = "every rank holds the block that each rank had for it",
                               .messages = "N(N - 1)",
                               .delays = "1; 0 for N = 1",
                               .source = "Thakur, Rabenseifner, Gropp, IJHPCA 2005, All-to-all"};
  static constexpr std::array<Parameter, 0> parameters{};
  static std::int64_t messages(const Shape& shape) { return std::int64_t{shape.ranks} * (shape.ranks - 1); }
  static int delays(const Shape& shape) { return shape.ranks > 1 ? 1 : 0; }
  static std::size_t posted_max(const Shape& shape) { return 2 * (static_cast<std::size_t>(shape.ranks) - 1); }

  LinearAllToAll(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    const int ranks = endpoint.ranks();
    const Rank self = endpoint.rank();
    for (int i = 1; i < ranks; ++i) {
      const Rank from = relative(self, i, ranks);
      endpoint.post_receive(from, data.incoming(from));
    }
    for (int i = 1; i < ranks; ++i) {
      const Rank to = absolute(i, self, ranks);
      endpoint.post_send(to, data.outgoing(to));
    }
    copy(data.outgoing(self), data.incoming(self));
    endpoint.wait_all();
  }
};

}  // namespace coordbench
