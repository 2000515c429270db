#include "collectives/bruck_all_to_all.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::bruck_all_to_all_test {
namespace {

TEST(BruckAllToAll, SendsOneMessageARound) {
  EXPECT_EQ(messages_counted<BruckAllToAll>(1), 0);
  EXPECT_EQ(messages_counted<BruckAllToAll>(2), 2);
  EXPECT_EQ(messages_counted<BruckAllToAll>(3), 6);
  EXPECT_EQ(messages_counted<BruckAllToAll>(4), 8);
  EXPECT_EQ(messages_counted<BruckAllToAll>(5), 15);
  EXPECT_EQ(messages_counted<BruckAllToAll>(9), 36);
  expect_closed_form_up_to<BruckAllToAll>(17);
}

TEST(BruckAllToAll, IsRightAtTheEdgesOfPowersOfTwo) {
  for (const int ranks : {31, 32, 33}) expect_closed_form<BruckAllToAll>(shape_of<BruckAllToAll>(ranks, 3), 2);
}

TEST(BruckAllToAll, PaysWithBytesForFewMessages) {
  // Eight ranks: three rounds of half of the blocks each.
  const auto result = run_collective<BruckAllToAll>(shape_of<BruckAllToAll>(8, 10), 1);
  EXPECT_EQ(result.bytes, 8 * 3 * 4 * 10);
  EXPECT_EQ(result.busiest_rank, 3);
}

TEST(BruckAllToAll, DeclaresItsRounds) {
  EXPECT_EQ(BruckAllToAll::delays(shape_of<BruckAllToAll>(1)), 0);
  EXPECT_EQ(BruckAllToAll::delays(shape_of<BruckAllToAll>(8)), 3);
  EXPECT_EQ(BruckAllToAll::delays(shape_of<BruckAllToAll>(9)), 4);
}

}  // namespace
}  // namespace coordbench::testing::bruck_all_to_all_test
