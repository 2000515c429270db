#include "collectives/parts/power_of_two.hpp"

#include <gtest/gtest.h>

#include <set>

namespace coordbench::testing::power_of_two_test {
namespace {

TEST(PowerOfTwoCore, NumbersItsRanksAndPairsEveryOther) {
  for (int ranks = 1; ranks <= 70; ++ranks) {
    const PowerOfTwoCore core(ranks);
    std::set<int> numbers;
    for (Rank rank = 0; rank < ranks; ++rank) {
      if (core.holds(rank)) {
        EXPECT_EQ(core.rank(core.number(rank)), rank) << "N = " << ranks;
        numbers.insert(core.number(rank));
      } else {
        EXPECT_TRUE(core.paired(rank) && core.holds(rank + 1)) << "N = " << ranks << ", rank " << rank;
      }
    }
    EXPECT_EQ(static_cast<int>(numbers.size()), core.size());
    EXPECT_EQ(*numbers.rbegin(), core.size() - 1);
  }
}

TEST(PowerOfTwoCore, HoldsTheLargestPowerOfTwo) {
  EXPECT_EQ(PowerOfTwoCore(1).size(), 1);
  EXPECT_EQ(PowerOfTwoCore(7).size(), 4);
  EXPECT_EQ(PowerOfTwoCore(8).size(), 8);
}

}  // namespace
}  // namespace coordbench::testing::power_of_two_test
