#pragma once
// native_reduce — the sum of all payloads at the root, as the MPI library does it: the baseline of our own, over the same
// buffers.
//
//   all ─MPI_Reduce─► root
//
// How many messages go, and along which arrows, is the library's own affair. Source: the MPI standard 3.1, 5.9.1.

#include <mpi.h>

#include "collectives/parts/native_algorithm.hpp"
#include "collectives/parts/native_sum.hpp"
#include "collectives/parts/reduction_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class NativeReduce {
 public:
  using Data = RootReductionData;
  static constexpr About about{.level = 0,
                               .group = "native",
                               .baseline_of = "aggregation",
                               .promise = "the root holds the sum of all ranks' payloads",
                               .messages = "the library's own",
                               .delays = "the library's own",
                               .source = "MPI 3.1, 5.9.1",
                               .count_rule = CountRule::none,
                               .only_over = TransportName::mpi};
  static constexpr NativeAlgorithms algorithms{
      "reduce", {"linear", "chain", "pipeline", "binary", "binomial", "in-order_binary", "rabenseifner"}};
  static constexpr std::array parameters{kRoot, algorithms.parameter()};
  static std::int64_t messages(const Shape& /*shape*/) { return 0; }
  static int delays(const Shape& /*shape*/) { return 0; }
  static std::string unfit(const Shape& shape) {
    const std::string reason = root_unfit(shape);
    return reason.empty() ? algorithms.unfit(shape) : reason;
  }

  NativeReduce(const Shape& shape, Rank /*self*/) : communicator_(algorithms, shape), sum_(shape.payload_bytes) {}

  template <class Endpoint>
  void begin(Endpoint& endpoint, Data& /*data*/, Operation /*first*/, std::int64_t /*count*/) {
    communicator_.open(endpoint.communicator());
  }
  template <class Endpoint>
  void run(Endpoint& /*endpoint*/, Data& data) {
    MPI_Reduce(data.input().data(), data.result().data(), sum_.count(), sum_.type(), sum_.operation(), data.root(),
               communicator_.get());
  }

 private:
  NativeCommunicator communicator_;
  NativeSum sum_;
};

}  // namespace coordbench
