#include "kernels/crdt/recent.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/random.hpp"

namespace coordbench::crdt::recent_test {
namespace {

using testing::Random;

TEST(Recent, KnowsAnUpdateThatCameBefore) {
  Recent recent(2, 4);
  EXPECT_TRUE(recent.note(0, 0));
  EXPECT_FALSE(recent.note(0, 0));
  EXPECT_TRUE(recent.note(1, 0)) << "each replica has its own numbers";
}

TEST(Recent, TakesWhatWasOvertakenForNew) {
  Recent recent(1, 4);
  EXPECT_TRUE(recent.note(0, 3));
  for (const unsigned update : {0U, 2U, 1U}) EXPECT_TRUE(recent.note(0, update)) << update;
  for (const unsigned update : {0U, 1U, 2U, 3U}) EXPECT_FALSE(recent.note(0, update)) << update;
}

TEST(Recent, TakesWhatIsOlderThanTheNewestFewForKnown) {
  for (const int keep : {1, 2, 3, 5, 64}) {
    Recent recent(1, keep);
    const auto most = static_cast<Recent::Number>(keep);
    EXPECT_TRUE(recent.note(0, most));
    EXPECT_FALSE(recent.note(0, 0)) << keep;
    EXPECT_EQ(recent.note(0, 1), keep > 1) << keep;
  }
}

TEST(Recent, ForgetsWholeRoundsThatWereSkipped) {
  Recent recent(2, 4);
  for (unsigned update = 0; update < 4; ++update) EXPECT_TRUE(recent.note(1, update));
  EXPECT_TRUE(recent.note(1, 1002));
  for (const unsigned update : {1001U, 1000U, 999U}) EXPECT_TRUE(recent.note(1, update)) << update;
  EXPECT_FALSE(recent.note(1, 998)) << "it is older than the newest four";
  EXPECT_TRUE(recent.note(0, 0));
}

/// Updates as a replica tells them that waits for acknowledgements: in any order, some twice, within the window.
TEST(Recent, RemembersAsWellAsAListOfAll) {
  Random random(1);
  for (const int keep : {1, 2, 3, 4, 7, 8}) {
    Recent recent(1, keep);
    std::set<Recent::Number> all;
    Recent::Number oldest = 0;  // that has not come
    for (int i = 0; i < 20'000; ++i) {
      const Recent::Number back = static_cast<Recent::Number>(random.below(10));
      const Recent::Number update = oldest + static_cast<Recent::Number>(random.below(keep));
      const Recent::Number one = random.below(3) == 0 && oldest >= back ? oldest - back : update;
      ASSERT_EQ(recent.note(0, one), all.insert(one).second) << "keep " << keep << ", update " << one;
      while (all.contains(oldest)) ++oldest;
    }
  }
}

}  // namespace
}  // namespace coordbench::crdt::recent_test
