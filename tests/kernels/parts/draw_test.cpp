#include "kernels/parts/draw.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace coordbench::testing::draw_test {
namespace {

std::vector<int> drawn(Draw draw, int bound = 1'000'000, int times = 8) {
  std::vector<int> results;
  for (int i = 0; i < times; ++i) results.push_back(draw.below(bound));
  return results;
}

TEST(Draw, IsAFunctionOfItsNumbersAndTheirOrder) {
  const auto results = drawn(Draw(7, 3, 5));
  EXPECT_EQ(drawn(Draw(7, 3, 5)), results);
  EXPECT_NE(drawn(Draw(8, 3, 5)), results);
  EXPECT_NE(drawn(Draw(7, 4, 5)), results);
  EXPECT_NE(drawn(Draw(7, 3, 6)), results);
  EXPECT_NE(drawn(Draw(7, 5, 3)), results);
  EXPECT_NE(drawn(Draw(7, 3)), results);
}

TEST(Draw, StaysTheSameOverVersionsSoThatPublishedSeedsReplay) {
  EXPECT_EQ(drawn(Draw(1, 2, 3), 1000, 4), (std::vector{769, 304, 969, 488}));
}

TEST(Draw, StaysBelowItsBound) {
  for (const int bound : {1, 2, 3, 7, 100, INT32_MAX}) {
    Draw draw(9, bound);
    for (int i = 0; i < 1000; ++i) {
      const int result = draw.below(bound);
      ASSERT_GE(result, 0);
      ASSERT_LT(result, bound);
    }
  }
}

/// Pearson's statistic of `cells` that should be equally likely, less its expectation, in standard deviations.
double excess(const std::vector<int>& counts, int draws) {
  const double expected = static_cast<double>(draws) / static_cast<double>(counts.size());
  const double freedom = static_cast<double>(counts.size()) - 1;
  double statistic = 0;
  for (const int count : counts) statistic += (count - expected) * (count - expected) / expected;
  return (statistic - freedom) / std::sqrt(2 * freedom);
}

TEST(Draw, IsUniformWithinOneSequenceAndOverFirstDraws) {
  constexpr int kDraws = 200'000;
  for (const int bound : {2, 3, 5, 7, 100, 1000}) {
    std::vector<int> within(static_cast<std::size_t>(bound)), first(static_cast<std::size_t>(bound));
    Draw draw(1);
    for (int i = 0; i < kDraws; ++i) {
      ++within[static_cast<std::size_t>(draw.below(bound))];
      ++first[static_cast<std::size_t>(Draw(1, i).below(bound))];
    }
    EXPECT_LT(std::abs(excess(within, kDraws)), 4) << bound;
    EXPECT_LT(std::abs(excess(first, kDraws)), 4) << bound;
  }
}

/// A product alone has eight values for every three results of this bound: three, three and two.
TEST(Draw, FavoursNoResultOfALargeBound) {
  constexpr int kBound = 3 << 29, kDraws = 100'000;
  std::vector<int> remainders(3);
  Draw draw(2);
  for (int i = 0; i < kDraws; ++i) ++remainders[static_cast<std::size_t>(draw.below(kBound) % 3)];
  EXPECT_LT(std::abs(excess(remainders, kDraws)), 4);
}

}  // namespace
}  // namespace coordbench::testing::draw_test
