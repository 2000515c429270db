#pragma once
// stuck_broadcast — the last rank waits for a message that nobody sends: timed_out, and the next case runs.

#include "collectives/parts/broadcast_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class StuckBroadcast {
 public:
  using Data = BroadcastData;
  static constexpr About about{.group = "broadcast", .promise = "nothing", .messages = "0", .delays = "0", .source = "none"};
  static constexpr std::array parameters{kRoot};
  static std::int64_t messages(const Shape& /*shape*/) { return 0; }
  static int delays(const Shape& /*shape*/) { return 0; }

  StuckBroadcast(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    if (endpoint.rank() == endpoint.ranks() - 1 && endpoint.rank() != 0) endpoint.receive(0, data.payload());
  }
};

}  // namespace coordbench
