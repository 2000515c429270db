#pragma once
// From options to the shuffled list of cases. A pure function, so that every rank can work it out for itself.

#include <climits>
#include <cstdint>
#include <span>
#include <string>

#include "harness/case.hpp"
#include "harness/kernel.hpp"
#include "harness/options/options.hpp"

namespace coordbench {

/// What the machine and the launch have.
struct Room {
  int world = 1;                                 ///< ranks
  int sharing = INT_MAX;                         ///< ranks of the fullest node, if they are not all of one
  std::int64_t memory_bytes = INT64_MAX;         ///< that the buffers of a case's ranks may take together
  std::int64_t shared_memory_bytes = INT64_MAX;  ///< free on each node for the parts of its ranks
  int ranks_per_node = 1;                        ///< as in Shape
};

/// Every combination that fits, in an order shuffled by the seed and cut into blocks of at most ten, each between
/// `ping_pong` cases that watch for drift, one over each transport that the block uses; what does not fit is in `skipped`, with
/// its reason. `options.seed` must hold a value, and `room` must be the same on all ranks. Nothing for the command `calibrate`.
/// The cases point into `kernels`. Throws UsageError for what the registry or the world does not have.
Plan make_plan(const Options& options, std::span<const Kernel> kernels, const Room& room);

/// What was left out and why, one line a reason; empty if nothing was. Throws UsageError
/// if nothing is left.
std::string describe_skipped(const Plan& plan);

/// For --list: the names of the cases in the order of the plan, one per line.
std::string case_names(const Plan& plan);

/// One line before the first of `due` cases: what is measured, at which sizes, for how long at most, and where results go.
std::string describe_launch(const Plan& plan, std::size_t due, const Options& options);

/// For --dry-run: cases in order, skipped combinations with reasons, upper bounds of time, memory and disk.
std::string describe_plan(const Plan& plan, const Options& options);

}  // namespace coordbench
