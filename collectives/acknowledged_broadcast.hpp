#pragma once
// acknowledged_broadcast — the root sends to everyone and knows, when it returns, that everyone has it.
//
//   0 ──payload──► 1, 2, … N-1
//   0 ◄───ack───── 1, 2, … N-1        in whatever order they come
//
// 2(N - 1) messages, 2 delays: what "tell me when done" costs over fire and forget. An ack has no bytes.
// Source: Tanenbaum, van Steen, Distributed Systems, 3rd ed., section 8.4 (reliable multicast by acknowledgement).

#include "collectives/parts/broadcast_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class AcknowledgedBroadcast {
 public:
  using Data = BroadcastData;
  static constexpr About about{.level = 0,
                               .group = "broadcast",
                               .promise = "every rank holds the root's payload, and the root knows it",
                               .messages = "2(N - 1)",
                               .delays = "2; 0 for N = 1",
                               .source = "Tanenbaum, van Steen, Distributed Systems, 3rd ed., 8.4"};
  static constexpr std::array parameters{kRoot};
  static std::int64_t messages(const Shape& shape) { return 2 * (shape.ranks - 1); }
  static int delays(const Shape& shape) { return shape.ranks > 1 ? 2 : 0; }
  static std::string unfit(const Shape& shape) { return root_unfit(shape); }
  static std::size_t posted_max(const Shape& shape) { return 2 * static_cast<std::size_t>(shape.ranks - 1); }

  AcknowledgedBroadcast(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    if (endpoint.rank() != data.root()) {
      endpoint.receive(data.root(), data.payload());
      endpoint.send(data.root(), {});
      return;
    }
    for (Rank to = 0; to < endpoint.ranks(); ++to)
      if (to != data.root()) endpoint.post_send(to, data.payload());
    for (Rank from = 0; from < endpoint.ranks(); ++from)
      if (from != data.root()) endpoint.post_receive(from, {});
    endpoint.wait_all();
  }
};

}  // namespace coordbench
