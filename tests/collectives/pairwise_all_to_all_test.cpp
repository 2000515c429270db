#include "collectives/pairwise_all_to_all.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::pairwise_all_to_all_test {
namespace {

TEST(PairwiseAllToAll, SendsABlockFromEveryRankToEveryOther) {
  EXPECT_EQ(messages_counted<PairwiseAllToAll>(1), 0);
  EXPECT_EQ(messages_counted<PairwiseAllToAll>(2), 2);
  EXPECT_EQ(messages_counted<PairwiseAllToAll>(5), 20);
  expect_closed_form_up_to<PairwiseAllToAll>(17);
}

TEST(PairwiseAllToAll, LoadsAllRanksAlike) {
  EXPECT_EQ(run_collective<PairwiseAllToAll>(shape_of<PairwiseAllToAll>(17), 1).busiest_rank, 16);
}

TEST(PairwiseAllToAll, TakesARoundForEveryOther) {
  EXPECT_EQ(PairwiseAllToAll::delays(shape_of<PairwiseAllToAll>(1)), 0);
  EXPECT_EQ(PairwiseAllToAll::delays(shape_of<PairwiseAllToAll>(9)), 8);
}

}  // namespace
}  // namespace coordbench::testing::pairwise_all_to_all_test
