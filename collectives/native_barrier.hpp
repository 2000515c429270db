#pragma once
// native_barrier — nobody leaves before everybody has entered, as the MPI library does it: the baseline of our own.
//
//   all ◄─MPI_Barrier─► all
//
// How many messages go, and along which arrows, is the library's own affair. Source: the MPI standard 3.1, 5.3.

#include <mpi.h>

#include "collectives/parts/native_algorithm.hpp"
#include "collectives/parts/no_data.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class NativeBarrier {
 public:
  using Data = NoData;
  static constexpr About about{.level = 0,
                               .group = "native",
                               .baseline_of = "barrier",
                               .promise = "no rank leaves before every rank has entered",
                               .messages = "the library's own",
                               .delays = "the library's own",
                               .source = "MPI 3.1, 5.3",
                               .latency = Latency::barrier,
                               .count_rule = CountRule::none,
                               .has_payload = false,
                               .only_over = TransportName::mpi};
  static constexpr NativeAlgorithms algorithms{"barrier",
                                               {"linear", "double_ring", "recursive_doubling", "bruck", "two_proc", "tree"}};
  static constexpr std::array parameters{algorithms.parameter()};
  static std::int64_t messages(const Shape& /*shape*/) { return 0; }
  static int delays(const Shape& /*shape*/) { return 0; }
  static std::string unfit(const Shape& shape) { return algorithms.unfit(shape); }

  NativeBarrier(const Shape& shape, Rank /*self*/) : communicator_(algorithms, shape) {}

  template <class Endpoint>
  void begin(Endpoint& endpoint, Data& /*data*/, Operation /*first*/, std::int64_t /*count*/) {
    communicator_.open(endpoint.communicator());
  }
  template <class Endpoint>
  void run(Endpoint& /*endpoint*/, Data& /*data*/) {
    MPI_Barrier(communicator_.get());
  }

 private:
  NativeCommunicator communicator_;
};

}  // namespace coordbench
