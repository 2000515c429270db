#include "collectives/accidental_n2.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::accidental_n2_test {
namespace {

TEST(AccidentalN2, SendsEveryStateToEveryOtherRank) {
  EXPECT_EQ(messages_counted<AccidentalN2>(1), 0);
  EXPECT_EQ(messages_counted<AccidentalN2>(2), 2);
  EXPECT_EQ(messages_counted<AccidentalN2>(10), 90);
  expect_closed_form_up_to<AccidentalN2>(17);
}

TEST(AccidentalN2, SendsThemWhole) {
  EXPECT_EQ(run_collective<AccidentalN2>(shape_of<AccidentalN2>(10, 1000), 1).bytes, 90'000);
}

TEST(AccidentalN2, LoadsEveryRankWithEveryOther) {
  const auto result = run_collective<AccidentalN2>(shape_of<AccidentalN2>(17), 1);
  EXPECT_EQ(result.busiest_rank, 16);
  EXPECT_EQ(result.most_posted, 32U);
  EXPECT_EQ(AccidentalN2::delays(shape_of<AccidentalN2>(1)), 0);
  EXPECT_EQ(AccidentalN2::delays(shape_of<AccidentalN2>(17)), 1);
}

}  // namespace
}  // namespace coordbench::testing::accidental_n2_test
