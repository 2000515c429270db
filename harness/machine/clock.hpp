#pragma once
// The one place where clocks are read. CLOCK_MONOTONIC is one clock for all ranks of one boot; MPI_Wtime is not (Open MPI 4
// subtracts an origin of each process). A simulated rank reads its simulator's clock, which is MPI_Wtime: the host's would say
// how long the simulation takes. A reading there takes as long as the platform says (smpi/wtime): no time, or the time measured
// by the calibration.

#ifdef COORDBENCH_SIMULATED
#include <mpi.h>
#endif

#include <cmath>
#include <ctime>

#include "harness/description.hpp"
#include "harness/simulated.hpp"

namespace coordbench {

/// Nanoseconds since this host booted; of simulated time, since the simulation began.
[[nodiscard]] inline Time now_ns() {
#ifdef COORDBENCH_SIMULATED
  return std::llround(MPI_Wtime() * 1e9);
#else
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<Time>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
#endif
}

/// Seconds since 1970, UTC, to say when a launch was; never to measure with.
[[nodiscard]] inline std::time_t calendar_time() { return std::time(nullptr); }

}  // namespace coordbench
