#pragma once
// native_allreduce — the sum of all payloads on every rank, as the MPI library does it: the baseline of our own, over the same
// buffers.
//
//   all ◄─MPI_Allreduce─► all
//
// How many messages go, and along which arrows, is the library's own affair. Source: the MPI standard 3.1, 5.9.6.

#include <mpi.h>

#include "collectives/parts/native_algorithm.hpp"
#include "collectives/parts/native_sum.hpp"
#include "collectives/parts/reduction_data.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class NativeAllreduce {
 public:
  using Data = AllReductionData;
  static constexpr About about{.level = 0,
                               .group = "native",
                               .baseline_of = "aggregation",
                               .promise = "every rank holds the sum of all ranks' payloads",
                               .messages = "the library's own",
                               .delays = "the library's own",
                               .source = "MPI 3.1, 5.9.6",
                               .count_rule = CountRule::none,
                               .only_over = TransportName::mpi};
  static constexpr NativeAlgorithms algorithms{
      "allreduce", {"basic_linear", "nonoverlapping", "recursive_doubling", "ring", "segmented_ring", "rabenseifner"}};
  static constexpr std::array parameters{algorithms.parameter()};
  static std::int64_t messages(const Shape& /*shape*/) { return 0; }
  static int delays(const Shape& /*shape*/) { return 0; }
  static std::string unfit(const Shape& shape) { return algorithms.unfit(shape); }

  NativeAllreduce(const Shape& shape, Rank /*self*/) : communicator_(algorithms, shape), sum_(shape.payload_bytes) {}

  template <class Endpoint>
  void begin(Endpoint& endpoint, Data& /*data*/, Operation /*first*/, std::int64_t /*count*/) {
    communicator_.open(endpoint.communicator());
  }
  template <class Endpoint>
  void run(Endpoint& /*endpoint*/, Data& data) {
    MPI_Allreduce(data.input().data(), data.result().data(), sum_.count(), sum_.type(), sum_.operation(), communicator_.get());
  }

 private:
  NativeCommunicator communicator_;
  NativeSum sum_;
};

}  // namespace coordbench
