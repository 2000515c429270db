#pragma once
// Waits for rank 0's next word without spinning.

#include <mpi.h>

#include <ctime>

#include "harness/machine/clock.hpp"
#include "harness/simulated.hpp"

namespace coordbench {

/// Naps until the request is done: ranks outside a case must not take the cores of ranks inside. False if `until` comes first.
inline bool sleep_until_done(MPI_Request& request, Time until = kNever) {
  if constexpr (kSimulated) {
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    return true;
  }
  constexpr timespec kNap{0, 50'000};
  for (int done = 0;;) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done) return true;
    if (until != kNever && now_ns() > until) return false;
    nanosleep(&kNap, nullptr);
  }
}

}  // namespace coordbench
