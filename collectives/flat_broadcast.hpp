#pragma once
// flat_broadcast — the root sends its payload to every other rank by itself.
//
//        ┌──► 1
//   0 ───┼──► 2        one step for the network, N - 1 for the root
//        └──► 3
//
// N - 1 messages, all from the root; 1 delay. Source: Pješivac-Grbović et al., Cluster Computing 10, 2007 (linear tree).

#include "collectives/parts/broadcast_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class FlatBroadcast {
 public:
  using Data = BroadcastData;
  static constexpr About about{.level = 0,
                               .group = "broadcast",
                               .promise = "every rank holds the root's payload",
                               .messages = "N - 1",
                               .delays = "1; 0 for N = 1",
                               .source = "Pjesivac-Grbovic et al., Cluster Computing 10, 2007"};
  static constexpr std::array parameters{kRoot};
  static std::int64_t messages(const Shape& shape) { return shape.ranks - 1; }
  static int delays(const Shape& shape) { return shape.ranks > 1 ? 1 : 0; }
  static std::string unfit(const Shape& shape) { return root_unfit(shape); }
  static std::size_t posted_max(const Shape& shape) { return static_cast<std::size_t>(shape.ranks) - 1; }

  FlatBroadcast(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    const int ranks = endpoint.ranks();
    if (endpoint.rank() != data.root()) return endpoint.receive(data.root(), data.payload());
    for (int i = 1; i < ranks; ++i) endpoint.post_send(absolute(i, data.root(), ranks), data.payload());
    endpoint.wait_all();
  }
};

}  // namespace coordbench
