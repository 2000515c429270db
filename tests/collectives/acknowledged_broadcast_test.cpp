#include "collectives/acknowledged_broadcast.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing {
namespace {

TEST(AcknowledgedBroadcast, SendsAndHearsOfEveryRankButTheRoot) {
  for (int ranks = 1; ranks <= 17; ++ranks)
    for (const Rank root : three_roots(ranks))
      for (const std::int64_t bytes : {0, 1, 8, 4097})
        expect_closed_form<AcknowledgedBroadcast>(shape_of<AcknowledgedBroadcast>(ranks, bytes, {{"root", root}}));
}

TEST(AcknowledgedBroadcast, CostsTwiceTheUnacknowledgedOne) {
  EXPECT_EQ(run_collective<AcknowledgedBroadcast>(shape_of<AcknowledgedBroadcast>(8), 1).messages, 14);
  EXPECT_EQ(AcknowledgedBroadcast::messages(shape_of<AcknowledgedBroadcast>(2)), 2);
}

TEST(AcknowledgedBroadcast, AcksCarryNoBytes) {
  EXPECT_EQ(run_collective<AcknowledgedBroadcast>(shape_of<AcknowledgedBroadcast>(5, 100), 1).bytes, 400);
}

}  // namespace
}  // namespace coordbench::testing
