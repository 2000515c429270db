#pragma once
// wordy_broadcast — a flat broadcast that says everything twice and declares it once: count_mismatch, with right answers.

#include "collectives/parts/broadcast_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class WordyBroadcast {
 public:
  using Data = BroadcastData;
  static constexpr About about{
      .group = "broadcast", .promise = "nothing", .messages = "N - 1", .delays = "1", .source = "none"};
  static constexpr std::array parameters{kRoot};
  static std::int64_t messages(const Shape& shape) { return shape.ranks - 1; }
  static int delays(const Shape& /*shape*/) { return 1; }

  WordyBroadcast(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    for (int time = 0; time < 2; ++time) {
      if (endpoint.rank() != 0) endpoint.receive(0, data.payload());
      for (Rank to = 1; endpoint.rank() == 0 && to < endpoint.ranks(); ++to) endpoint.send(to, data.payload());
    }
  }
};

}  // namespace coordbench
