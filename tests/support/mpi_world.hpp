#pragma once
// The MPI world of a test: whatever mpirun gave, from 1 to 8 ranks.

#include "harness/world/world.hpp"

namespace coordbench::testing {

/// Its group of all ranks is made.
World& world();

}  // namespace coordbench::testing
