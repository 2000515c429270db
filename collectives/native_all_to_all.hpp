#pragma once
// native_all_to_all — a block from every rank for every rank, as the MPI library does it: the baseline of our own, over the
// same buffers.
//
//   all ◄─MPI_Alltoall─► all
//
// How many messages go, and along which arrows, is the library's own affair. Source: the MPI standard 3.1, 5.8.

#include <mpi.h>

#include "collectives/parts/exchange_data.hpp"
#include "collectives/parts/native_algorithm.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class NativeAllToAll {
 public:
  using Data = ExchangeData;
  static constexpr About about{.level = 0,
                               .group = "native",
                               .baseline_of = "all-to-all",
                               .promise = "every rank holds the block that each rank had for it",
                               .messages = "the library's own",
                               .delays = "the library's own",
                               .source = "MPI 3.1, 5.8",
                               .count_rule = CountRule::none,
                               .only_over = TransportName::mpi};
  static constexpr NativeAlgorithms algorithms{"alltoall", {"linear", "pairwise", "modified_bruck", "linear_sync", "two_proc"}};
  static constexpr std::array parameters{algorithms.parameter()};
  static std::int64_t messages(const Shape& /*shape*/) { return 0; }
  static int delays(const Shape& /*shape*/) { return 0; }
  static std::string unfit(const Shape& shape) { return algorithms.unfit(shape); }

  NativeAllToAll(const Shape& shape, Rank /*self*/) : communicator_(algorithms, shape) {}

  template <class Endpoint>
  void begin(Endpoint& endpoint, Data& /*data*/, Operation /*first*/, std::int64_t /*count*/) {
    communicator_.open(endpoint.communicator());
  }
  template <class Endpoint>
  void run(Endpoint& /*endpoint*/, Data& data) {
    const int bytes = static_cast<int>(data.block_bytes());
    MPI_Alltoall(data.outgoing().data(), bytes, MPI_BYTE, data.incoming().data(), bytes, MPI_BYTE, communicator_.get());
  }

 private:
  NativeCommunicator communicator_;
};

}  // namespace coordbench
