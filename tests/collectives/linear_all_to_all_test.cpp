#include "collectives/linear_all_to_all.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::linear_all_to_all_test {
namespace {

TEST(LinearAllToAll, SendsABlockFromEveryRankToEveryOther) {
  EXPECT_EQ(messages_counted<LinearAllToAll>(1), 0);
  EXPECT_EQ(messages_counted<LinearAllToAll>(2), 2);
  EXPECT_EQ(messages_counted<LinearAllToAll>(5), 20);
  expect_closed_form_up_to<LinearAllToAll>(17);
}

TEST(LinearAllToAll, LoadsAllRanksAlike) {
  const auto result = run_collective<LinearAllToAll>(shape_of<LinearAllToAll>(17), 1);
  EXPECT_EQ(result.busiest_rank, 16);
  EXPECT_EQ(result.busiest_receiver, 16);
}

TEST(LinearAllToAll, HasEverythingOpenAtOnce) {
  EXPECT_EQ(LinearAllToAll::posted_max(shape_of<LinearAllToAll>(5)), 8U);
  EXPECT_EQ(run_collective<LinearAllToAll>(shape_of<LinearAllToAll>(5), 1).most_posted, 8U);
  EXPECT_EQ(LinearAllToAll::delays(shape_of<LinearAllToAll>(1)), 0);
  EXPECT_EQ(LinearAllToAll::delays(shape_of<LinearAllToAll>(5)), 1);
}

}  // namespace
}  // namespace coordbench::testing::linear_all_to_all_test
