#include "collectives/chain_broadcast.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::chain_broadcast_test {
namespace {

Shape chain(int ranks, std::int64_t bytes, std::int64_t segments) {
  return shape_of<ChainBroadcast>(ranks, bytes, {{"segments", segments}});
}

TEST(ChainBroadcast, SendsEverySegmentOverEveryLink) {
  EXPECT_EQ(run_collective<ChainBroadcast>(chain(1, 4097, 8), 1).messages, 0);
  EXPECT_EQ(run_collective<ChainBroadcast>(chain(4, 4097, 8), 1).messages, 24);
  expect_closed_form_at_roots_up_to<ChainBroadcast>(17);
}

TEST(ChainBroadcast, NeverCutsAByteAndSendsAnEmptyPayloadWhole) {
  EXPECT_EQ(run_collective<ChainBroadcast>(chain(4, 3, 8), 1).messages, 9);
  EXPECT_EQ(run_collective<ChainBroadcast>(chain(4, 0, 8), 1).messages, 3);
}

TEST(ChainBroadcast, IsRightForAnyNumberOfSegments) {
  for (const std::int64_t segments : {1, 2, 7, 64}) {
    const auto shape = chain(5, 1000, segments);
    EXPECT_EQ(ChainBroadcast::messages(shape), 4 * segments);
    expect_closed_form<ChainBroadcast>(shape);
  }
}

TEST(ChainBroadcast, EveryByteCrossesEveryLinkOnce) {
  const auto result = run_collective<ChainBroadcast>(chain(5, 1003, 7), 1);
  EXPECT_EQ(result.bytes, 4 * 1003);
  EXPECT_EQ(result.busiest_rank, 7);
}

TEST(ChainBroadcast, FillsThePipelineOnce) {
  EXPECT_EQ(ChainBroadcast::delays(chain(1, 64, 8)), 0);
  EXPECT_EQ(ChainBroadcast::delays(chain(2, 64, 8)), 1);
  EXPECT_EQ(ChainBroadcast::delays(chain(5, 64, 8)), 4);
  EXPECT_EQ(ChainBroadcast::delays(chain(5, 0, 8)), 4);
}

}  // namespace
}  // namespace coordbench::testing::chain_broadcast_test
