#pragma once
// What the user asked for so far, and what the replicas' states may therefore hold.

#include "kernels/g_counter.hpp"
#include "tests/safety/common/asked.hpp"

namespace coordbench::testing::g_counter {

using Step = coordbench::testing::Step<GCounter>;
using Increments = common::Asked;

/// How many increments of a replica's a machine has counted.
inline std::int64_t updates_of(const GCounter& machine, Rank replica) {
  return static_cast<std::int64_t>(machine.counts()[replica]);
}

}  // namespace coordbench::testing::g_counter
