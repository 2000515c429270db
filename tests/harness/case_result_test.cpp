#include "harness/case_result.hpp"

#include <gtest/gtest.h>

namespace coordbench::testing::case_result_test {
namespace {

TEST(Depths, HaveReachedNoMarkAtFirst) {
  const Depths none;
  for (std::size_t mark = 0; mark < kMarksMax; ++mark) EXPECT_EQ(none.at(mark), -1);
}

TEST(Depths, KeepTheGreatestOfEachMark) {
  Depths depths;
  depths.deepen(1, 2);
  depths.deepen(1, 5);
  depths.deepen(1, 3);
  depths.deepen(1, -1);
  EXPECT_EQ(depths.at(1), 5);
  for (const std::size_t other : {0U, 2U, 3U}) EXPECT_EQ(depths.at(other), -1) << other;
}

TEST(Depths, TellNoDelayFromNotReached) {
  Depths depths;
  depths.deepen(0, 0);
  EXPECT_EQ(depths.at(0), 0);
  EXPECT_EQ(depths.at(1), -1);
}

TEST(Depths, HoldWhatAMessageCanCarryInEveryMarkAtOnce) {
  constexpr std::int64_t kDeepest = 0x7fff;  // harness/protocol_traits.hpp, kDepthMax
  Depths depths;
  for (std::size_t mark = 0; mark < kMarksMax; ++mark) depths.deepen(mark, kDeepest - static_cast<std::int64_t>(mark));
  for (std::size_t mark = 0; mark < kMarksMax; ++mark)
    EXPECT_EQ(depths.at(mark), kDeepest - static_cast<std::int64_t>(mark)) << mark;
}

TEST(Depths, TravelAsOneNumber) {
  Depths depths;
  depths.deepen(0, 2);
  depths.deepen(3, 0x7fff);
  const Depths arrived(static_cast<std::int64_t>(depths));
  EXPECT_EQ(arrived.at(0), 2);
  EXPECT_EQ(arrived.at(1), -1);
  EXPECT_EQ(arrived.at(3), 0x7fff);
}

}  // namespace
}  // namespace coordbench::testing::case_result_test
