#pragma once
// See ../clock_sync/family.hpp.

#include "tests/safety/clock_sync/family.hpp"

namespace coordbench::testing::clock_sync_pairs {

struct Safety : clock_sync::Family<ClockSyncPairs> {};

}  // namespace coordbench::testing::clock_sync_pairs
