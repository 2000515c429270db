#include "kernels/gossip/partners.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <vector>

namespace coordbench::testing::partners_test {
namespace {

std::vector<Rank> partners(const Shape& shape, int fanout, Operation operation, int round, Rank self) {
  const gossip::Partners drawn(shape, fanout, operation, round, self);
  return {drawn.begin(), drawn.end()};
}

TEST(GossipPartners, AreDistinctRanksOfTheCaseAndNeverTheCaller) {
  for (int ranks = 1; ranks <= 20; ++ranks)
    for (int fanout = 1; fanout <= gossip::kFanoutMax; ++fanout)
      for (int round = 1; round <= 20; ++round) {
        const Rank self = round % ranks;
        const auto drawn = partners({.ranks = ranks}, fanout, 0, round, self);
        const std::set<Rank> distinct(drawn.begin(), drawn.end());
        EXPECT_EQ(static_cast<int>(distinct.size()), std::min(fanout, ranks - 1));
        EXPECT_EQ(distinct.size(), drawn.size());
        EXPECT_FALSE(distinct.contains(self));
        EXPECT_TRUE(distinct.empty() || (*distinct.begin() >= 0 && *distinct.rbegin() < ranks));
      }
}

TEST(GossipPartners, AreAFunctionOfSeedOperationRoundAndRank) {
  const Shape shape{.ranks = 1000, .seed = 7};
  const auto drawn = partners(shape, 8, 3, 2, 5);
  EXPECT_EQ(partners(shape, 8, 3, 2, 5), drawn);
  EXPECT_NE(partners({.ranks = 1000, .seed = 8}, 8, 3, 2, 5), drawn);
  EXPECT_NE(partners(shape, 8, 4, 2, 5), drawn);
  EXPECT_NE(partners(shape, 8, 3, 3, 5), drawn);
  EXPECT_NE(partners(shape, 8, 3, 2, 6), drawn);
}

/// Pearson's statistic of draws that should be equally likely, less its expectation, in standard deviations.
double excess(const std::map<std::vector<Rank>, int>& drawn, int draws, int outcomes) {
  const double expected = static_cast<double>(draws) / outcomes, freedom = outcomes - 1;
  double statistic = (outcomes - static_cast<int>(drawn.size())) * expected;
  for (const auto& [what, times] : drawn) statistic += (times - expected) * (times - expected) / expected;
  return (statistic - freedom) / std::sqrt(2 * freedom);
}

TEST(GossipPartners, AreEverySetWithTheSameProbability) {
  for (const auto& [ranks, fanout, sets] : {std::tuple{4, 1, 3}, {8, 1, 7}, {6, 2, 10}, {7, 3, 20}, {9, 6, 28}}) {
    constexpr int kDraws = 100'000;
    std::map<std::vector<Rank>, int> drawn;
    for (Operation k = 0; k < kDraws; ++k) {
      auto set = partners({.ranks = ranks, .seed = 1}, fanout, k, 1, 2);
      std::sort(set.begin(), set.end());
      ++drawn[set];
    }
    EXPECT_LT(std::abs(excess(drawn, kDraws, sets)), 4) << fanout << " of " << ranks - 1;
  }
}

}  // namespace
}  // namespace coordbench::testing::partners_test
