#pragma once
// native_barrier — nobody leaves before everybody has entered, as the MPI library does it: the baseline of our own.
//
//   all ◄─MPI_Barrier─► all
//
// How many messages go, and along which arrows, is the library's own affair. Source: the MPI standard 3.1, 5.3.

#include <mpi.h>

#include "collectives/parts/no_data.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class NativeBarrier {
 public:
  using Data = NoData;
  static constexpr About about{.level = 0,
                               .promise = "no rank leaves before every rank has entered",
                               .messages = "the library's own",
                               .delays = "the library's own",
                               .source = "MPI 3.1, 5.3",
                               .latency = Latency::barrier,
                               .count_rule = CountRule::none,
                               .has_payload = false,
                               .only_over = Transport::mpi};
  static constexpr std::array<Parameter, 0> parameters{};
  static std::int64_t messages(const Shape& /*shape*/) { return 0; }
  static int delays(const Shape& /*shape*/) { return 0; }

  NativeBarrier(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& /*data*/) {
    MPI_Barrier(endpoint.communicator());
  }
};

}  // namespace coordbench
