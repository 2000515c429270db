#pragma once
// Rank 0's word to the others between cases.

#include <mpi.h>

#include "harness/world/world.hpp"

namespace coordbench {

/// Goes to the ranks of the next case, to all ranks, or to a pair that is to calibrate.
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

}  // namespace coordbench
