#pragma once
// garbled_broadcast — a flat broadcast whose last rank spoils one byte of what it got: wrong_answer.

#include "collectives/parts/broadcast_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class GarbledBroadcast {
 public:
  using Data = BroadcastData;
  static constexpr About about{
      .group = "broadcast", .promise = "nothing", .messages = "N - 1", .delays = "1", .source = "none"};
  static constexpr std::array parameters{kRoot};
  static std::int64_t messages(const Shape& shape) { return shape.ranks - 1; }
  static int delays(const Shape& /*shape*/) { return 1; }

  GarbledBroadcast(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    if (endpoint.rank() != 0) return garble(endpoint, data);
    for (Rank to = 1; to < endpoint.ranks(); ++to) endpoint.send(to, data.payload());
  }

 private:
  template <class Endpoint>
  static void garble(Endpoint& endpoint, Data& data) {
    endpoint.receive(0, data.payload());
    if (endpoint.rank() == endpoint.ranks() - 1) data.payload()[0] ^= std::byte{1};
  }
};

}  // namespace coordbench
