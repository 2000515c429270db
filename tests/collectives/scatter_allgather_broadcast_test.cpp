#include "collectives/scatter_allgather_broadcast.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::scatter_allgather_broadcast_test {
namespace {

TEST(ScatterAllgatherBroadcast, ScattersDownATreeAndCollectsRoundARing) {
  EXPECT_EQ(messages_counted<ScatterAllgatherBroadcast>(1), 0);
  EXPECT_EQ(messages_counted<ScatterAllgatherBroadcast>(2), 1 + 2);
  EXPECT_EQ(messages_counted<ScatterAllgatherBroadcast>(4), 3 + 12);
  EXPECT_EQ(messages_counted<ScatterAllgatherBroadcast>(5), 4 + 20);
  expect_closed_form_at_roots_up_to<ScatterAllgatherBroadcast>(17);
}

TEST(ScatterAllgatherBroadcast, SendsBlocksNotPayloads) {
  // Four ranks, blocks of 16 bytes: the root scatters 32 + 16 bytes, rank 2 passes on 16; then 3 rounds of 4 blocks.
  EXPECT_EQ(run_collective<ScatterAllgatherBroadcast>(shape_of<ScatterAllgatherBroadcast>(4, 64), 1).bytes, 64 + 192);
}

TEST(ScatterAllgatherBroadcast, DeclaresTreeAndRing) {
  EXPECT_EQ(ScatterAllgatherBroadcast::delays(shape_of<ScatterAllgatherBroadcast>(1)), 0);
  EXPECT_EQ(ScatterAllgatherBroadcast::delays(shape_of<ScatterAllgatherBroadcast>(4)), 2 + 3);
  EXPECT_EQ(ScatterAllgatherBroadcast::delays(shape_of<ScatterAllgatherBroadcast>(9)), 3 + 8);
}

}  // namespace
}  // namespace coordbench::testing::scatter_allgather_broadcast_test
