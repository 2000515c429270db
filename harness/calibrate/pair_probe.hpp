#pragma once
// The exchanges between two ranks from which the parameters of LogGP are fitted (harness/loggp/fit.hpp), under the
// conditions that kernels find: the same endpoint, the same start line, rotating buffers that are filled, spoilt and
// verified outside the clock.

#include <mpi.h>

#include <cstdint>
#include <vector>

#include "harness/loggp/loggp.hpp"
#include "harness/machine/clock_model.hpp"

namespace coordbench {

struct PairSetting {
  MPI_Comm exchanges = MPI_COMM_NULL, control = MPI_COMM_NULL;  ///< of exactly two ranks, the client's rank is 0
  std::vector<std::int64_t> bytes;                              ///< sizes to probe, ascending
  std::uint64_t seed = 0;                                       ///< of their order
  std::int32_t pass = 0;
  int blocks = 1;      ///< visits to each size
  Time budget_ns = 0;  ///< after which no new block of all sizes is begun
  Time deadline = kNever;
  ClockModel clock{};  ///< this rank's against world rank 0's
  bool yields = false;
};

/// Collective over the pair. All sizes are visited in blocks, in an order shuffled anew in each, so that a drift of the machine
/// is no slope over sizes; behind them, the first size whose sends wait for their receiver is looked for. Returns the client's
/// and the server's samples at the client, nothing at the server. Throws TimedOut, and std::runtime_error if an answer is
/// wrong.
std::vector<ExchangeSample> probe_pair(const PairSetting& setting);

}  // namespace coordbench
