#pragma once
// native_broadcast — the root's payload on every rank, as the MPI library does it: the baseline of our own, over the same
// buffers.
//
//   root ─MPI_Bcast─► all
//
// How many messages go, and along which arrows, is the library's own affair. Source: the MPI standard 3.1, 5.4.

#include <mpi.h>

#include "collectives/parts/broadcast_data.hpp"
#include "collectives/parts/native_algorithm.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class NativeBroadcast {
 public:
  using Data = BroadcastData;
  static constexpr About about{.level = 0,
                               .group = "native",
                               .baseline_of = "broadcast",
                               .promise = "every rank holds the root's payload",
                               .messages = "the library's own",
                               .delays = "the library's own",
                               .source = "MPI 3.1, 5.4",
                               .count_rule = CountRule::none,
                               .only_over = TransportName::mpi};
  static constexpr NativeAlgorithms algorithms{"bcast",
                                               {"basic_linear", "chain", "pipeline", "split_binary_tree", "binary_tree",
                                                "binomial", "knomial", "scatter_allgather", "scatter_allgather_ring"}};
  static constexpr std::array parameters{kRoot, algorithms.parameter()};
  static std::int64_t messages(const Shape& /*shape*/) { return 0; }
  static int delays(const Shape& /*shape*/) { return 0; }
  static std::string unfit(const Shape& shape) {
    const std::string reason = root_unfit(shape);
    return reason.empty() ? algorithms.unfit(shape) : reason;
  }

  NativeBroadcast(const Shape& shape, Rank /*self*/) : communicator_(algorithms, shape) {}

  template <class Endpoint>
  void begin(Endpoint& endpoint, Data& /*data*/, Operation /*first*/, std::int64_t /*count*/) {
    communicator_.open(endpoint.communicator());
  }
  template <class Endpoint>
  void run(Endpoint& /*endpoint*/, Data& data) {
    const auto payload = data.payload();
    MPI_Bcast(payload.data(), static_cast<int>(payload.size()), MPI_BYTE, data.root(), communicator_.get());
  }

 private:
  NativeCommunicator communicator_;
};

}  // namespace coordbench
