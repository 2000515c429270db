#include "collectives/shared_broadcast.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::shared_broadcast_test {
namespace {

TEST(SharedBroadcast, ShowsAndIsToldTwoMessagesForEveryRankButTheRoot) {
  EXPECT_EQ(messages_counted<SharedBroadcast>(1), 0);
  EXPECT_EQ(messages_counted<SharedBroadcast>(5), 8);
  expect_closed_form_at_roots_up_to<SharedBroadcast>(17);
}

TEST(SharedBroadcast, CopiesDownATreeWhereFewMayReadTheSameBuffer) {
  for (const std::int64_t fanout : {1, 2, 3, 100})
    for (int ranks = 1; ranks <= 17; ++ranks)
      expect_closed_form<SharedBroadcast>(shape_of<SharedBroadcast>(ranks, 4097, {{"fanout", fanout}, {"root", ranks / 2}}));
  const Shape tree = shape_of<SharedBroadcast>(7, 8, {{"fanout", 2}});
  EXPECT_EQ(run_collective<SharedBroadcast>(tree, 1).busiest_rank, 3) << "two children and a parent";
}

TEST(SharedBroadcast, TellsTheRootWhenAllHaveCopied) {
  for (const std::int64_t fanout : {0, 1, 2, 3})
    for (const int ranks : {2, 3, 7, 8}) {
      const Shape tree = shape_of<SharedBroadcast>(ranks, 100, {{"fanout", fanout}, {"root", ranks / 2}});
      EXPECT_EQ(left_before_others_held<SharedBroadcast>(tree, [&](Rank rank) { return rank == ranks / 2; }), 0)
          << in_words(tree);
    }
}

TEST(SharedBroadcast, TakesAStepDownAndAStepBackPerLevel) {
  EXPECT_EQ(SharedBroadcast::delays(shape_of<SharedBroadcast>(1)), 0);
  EXPECT_EQ(SharedBroadcast::delays(shape_of<SharedBroadcast>(64)), 2);
  EXPECT_EQ(SharedBroadcast::delays(shape_of<SharedBroadcast>(7, 8, {{"fanout", 2}})), 4);
  EXPECT_EQ(SharedBroadcast::delays(shape_of<SharedBroadcast>(8, 8, {{"fanout", 2}})), 6);
  EXPECT_EQ(SharedBroadcast::delays(shape_of<SharedBroadcast>(4, 8, {{"fanout", 1}})), 6);
}

}  // namespace
}  // namespace coordbench::testing::shared_broadcast_test
