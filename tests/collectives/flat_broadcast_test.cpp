#include "collectives/flat_broadcast.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::flat_broadcast_test {
namespace {

TEST(FlatBroadcast, SendsOneMessageToEveryRankButTheRoot) {
  EXPECT_EQ(messages_counted<FlatBroadcast>(1), 0);
  EXPECT_EQ(messages_counted<FlatBroadcast>(5), 4);
  expect_closed_form_at_roots_up_to<FlatBroadcast>(17);
}

TEST(FlatBroadcast, AllOfThemFromTheRoot) {
  EXPECT_EQ(run_collective<FlatBroadcast>(shape_of<FlatBroadcast>(17, 8, {{"root", 3}}), 1).busiest_rank, 16);
}

TEST(FlatBroadcast, TakesOneStep) {
  EXPECT_EQ(FlatBroadcast::delays(shape_of<FlatBroadcast>(1)), 0);
  EXPECT_EQ(FlatBroadcast::delays(shape_of<FlatBroadcast>(64)), 1);
}

}  // namespace
}  // namespace coordbench::testing::flat_broadcast_test
