#pragma once
// native_broadcast — the root's payload on every rank, as the MPI library does it: the baseline of our own, over the same
// buffers.
//
//   root ─MPI_Bcast─► all
//
// How many messages go, and along which arrows, is the library's own affair. Source: the MPI standard 3.1, 5.4.

#include <mpi.h>

#include "collectives/parts/broadcast_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class NativeBroadcast {
 public:
  using Data = BroadcastData;
  static constexpr About about{.level = 0,
                               .promise = "every rank holds the root's payload",
                               .messages = "the library's own",
                               .delays = "the library's own",
                               .source = "MPI 3.1, 5.4",
                               .count_rule = CountRule::none,
                               .only_over = Transport::mpi};
  static constexpr std::array parameters{kRoot};
  static std::int64_t messages(const Shape& /*shape*/) { return 0; }
  static int delays(const Shape& /*shape*/) { return 0; }
  static std::string unfit(const Shape& shape) { return root_unfit(shape); }

  NativeBroadcast(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    const auto payload = data.payload();
    MPI_Bcast(payload.data(), static_cast<int>(payload.size()), MPI_BYTE, data.root(), endpoint.communicator());
  }
};

}  // namespace coordbench
