#include "collectives/acknowledged_broadcast.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::acknowledged_broadcast_test {
namespace {

TEST(AcknowledgedBroadcast, SendsAndHearsOfEveryRankButTheRoot) {
  for (int ranks = 1; ranks <= 17; ++ranks)
    for (const Rank root : three_roots(ranks))
      for (const std::int64_t bytes : {0, 1, 8, 4097})
        expect_closed_form<AcknowledgedBroadcast>(shape_of<AcknowledgedBroadcast>(ranks, bytes, {{"root", root}}));
}

TEST(AcknowledgedBroadcast, TellsTheRootWhenAllHaveIt) {
  for (const int ranks : {2, 3, 8}) {
    const Shape shape = shape_of<AcknowledgedBroadcast>(ranks, 100, {{"root", 1}});
    EXPECT_EQ(left_before_others_held<AcknowledgedBroadcast>(shape, [](Rank rank) { return rank == 1; }), 0);
  }
}

TEST(AcknowledgedBroadcast, CostsTwiceTheUnacknowledgedOne) {
  EXPECT_EQ(run_collective<AcknowledgedBroadcast>(shape_of<AcknowledgedBroadcast>(8), 1).messages, 14);
  EXPECT_EQ(AcknowledgedBroadcast::messages(shape_of<AcknowledgedBroadcast>(2)), 2);
}

TEST(AcknowledgedBroadcast, AcksCarryNoBytes) {
  EXPECT_EQ(run_collective<AcknowledgedBroadcast>(shape_of<AcknowledgedBroadcast>(5, 100), 1).bytes, 400);
}

}  // namespace
}  // namespace coordbench::testing::acknowledged_broadcast_test
