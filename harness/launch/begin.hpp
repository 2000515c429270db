#pragma once
// Rank 0's word to the others between cases, and how they wait for it.

#include <mpi.h>

#include <ctime>

#include "harness/launch/world.hpp"
#include "harness/machine/clock.hpp"
#include "harness/simulated.hpp"

namespace coordbench {

/// To the ranks of the next case, to all, or to a pair that shall calibrate.
struct Begin {
  static constexpr std::int64_t kOver = -1, kCompareClocks = -2, kCalibrate = -3;
  std::int64_t index = kOver;  ///< of a case, or one of the above
  Time budget_ns = 0;
  std::int64_t status = 0;  ///< of the launch when it is over; which pair shall calibrate
  std::int64_t pass = 0;    ///< of the calibration
};
inline constexpr int kBeginTag = 1;

inline void tell(const World& world, Rank to, const Begin& begin) {
  if (to != 0) MPI_Send(&begin, sizeof begin, MPI_BYTE, to, kBeginTag, world.control());
}

/// Waits without spinning: ranks outside a case must not steal the cores of those inside. False if it is `until` before that.
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
