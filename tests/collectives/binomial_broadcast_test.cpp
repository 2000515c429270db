#include "collectives/binomial_broadcast.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::binomial_broadcast_test {
namespace {

TEST(BinomialBroadcast, SendsOneMessageToEveryRankButTheRoot) {
  EXPECT_EQ(messages_counted<BinomialBroadcast>(1), 0);
  EXPECT_EQ(messages_counted<BinomialBroadcast>(6), 5);
  expect_closed_form_at_roots_up_to<BinomialBroadcast>(17);
}

TEST(BinomialBroadcast, RootSendsOnlyLogarithmicallyMany) {
  EXPECT_EQ(run_collective<BinomialBroadcast>(shape_of<BinomialBroadcast>(16), 1).busiest_rank, 4);
  EXPECT_EQ(run_collective<BinomialBroadcast>(shape_of<BinomialBroadcast>(17), 1).busiest_rank, 5);
}

TEST(BinomialBroadcast, DeclaresTheDepthOfItsTree) {
  EXPECT_EQ(BinomialBroadcast::delays(shape_of<BinomialBroadcast>(1)), 0);
  EXPECT_EQ(BinomialBroadcast::delays(shape_of<BinomialBroadcast>(8)), 3);
  EXPECT_EQ(BinomialBroadcast::delays(shape_of<BinomialBroadcast>(9)), 3);
}

}  // namespace
}  // namespace coordbench::testing::binomial_broadcast_test
