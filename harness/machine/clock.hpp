#pragma once
// The one place where clocks are read. CLOCK_MONOTONIC is one clock for all ranks of one boot; MPI_Wtime is not (Open MPI 4
// subtracts an origin of each process).

#include <ctime>

#include "harness/description.hpp"

namespace coordbench {

/// Nanoseconds since this host booted.
[[nodiscard]] inline Time now_ns() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<Time>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

/// Seconds since 1970, UTC, to say when a launch was; never to measure with.
[[nodiscard]] inline std::time_t calendar_time() { return std::time(nullptr); }

}  // namespace coordbench
