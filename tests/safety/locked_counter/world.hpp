#pragma once
// What the invariants of the locked counter ask the world for.

#include "kernels/locked_counter.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::locked_counter {

using Step = coordbench::testing::Step<LockedCounter>;
using Kind = coordbench::locked_counter::Kind;
using Mode = coordbench::locked_counter::Mode;

/// Whether a message of that kind has just come to the server.
inline bool has_come(const Step& step, Kind kind) {
  return step.cause == Cause::deliver && step.rank == 0 && step.message->kind == kind;
}

}  // namespace coordbench::testing::locked_counter
