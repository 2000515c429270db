#pragma once
// See ../clock_sync/family.hpp.

#include "tests/safety/clock_sync/family.hpp"

namespace coordbench::testing::clock_sync_star {

struct Safety : clock_sync::Family<ClockSyncStar> {};

}  // namespace coordbench::testing::clock_sync_star
