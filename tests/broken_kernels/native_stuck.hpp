#pragma once
// native_stuck — rank 0 waits inside the library, where no deadline of ours reaches: timed_out by the watchdog, and the launch
// ends.

#include <mpi.h>

#include "collectives/parts/broadcast_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class NativeStuck {
 public:
  using Data = BroadcastData;
  static constexpr About about{.group = "native",
                               .baseline_of = "broadcast",
                               .promise = "nothing",
                               .messages = "unknown",
                               .delays = "unknown",
                               .source = "none",
                               .count_rule = CountRule::none,
                               .only_over = TransportName::mpi};
  static constexpr std::array parameters{kRoot};
  static std::int64_t messages(const Shape& /*shape*/) { return 0; }
  static int delays(const Shape& /*shape*/) { return 0; }

  NativeStuck(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    if (endpoint.rank() != 0) return;
    MPI_Recv(data.payload().data(), static_cast<int>(data.payload().size()), MPI_BYTE, MPI_ANY_SOURCE, 1,
             endpoint.communicator(), MPI_STATUS_IGNORE);
  }
};

}  // namespace coordbench
