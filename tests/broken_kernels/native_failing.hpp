#pragma once
// native_failing — a barrier of the library's, of which one rank fails while the others may be inside the library, where no
// word of ours reaches them: failed, and the launch ends soon.

#include <mpi.h>

#include "tests/broken_kernels/failing_broadcast.hpp"

namespace coordbench {

class NativeFailing {
 public:
  using Data = FailingBroadcast::Data;
  static constexpr About about{.group = "native",
                               .baseline_of = "broadcast",
                               .promise = "nothing",
                               .messages = "unknown",
                               .delays = "unknown",
                               .source = "none",
                               .count_rule = CountRule::none,
                               .only_over = TransportName::mpi};
  static constexpr auto parameters = kFailingParameters;
  static std::int64_t messages(const Shape& /*shape*/) { return 0; }
  static int delays(const Shape& /*shape*/) { return 0; }

  NativeFailing(const Shape& shape, Rank self) : fails_(fails(shape, self, Fails::running)) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    if (fails_ && ++operations_ == 3) throw std::runtime_error("the third operation is too much for it");
    MPI_Bcast(data.payload().data(), static_cast<int>(data.payload().size()), MPI_BYTE, 0, endpoint.communicator());
    MPI_Barrier(endpoint.communicator());
  }

 private:
  bool fails_;
  int operations_ = 0;
};

}  // namespace coordbench
