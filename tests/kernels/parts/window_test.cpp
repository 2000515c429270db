#include "kernels/parts/window.hpp"

#include <gtest/gtest.h>

#include <set>

namespace coordbench::testing::window_test {
namespace {

TEST(Divisor, DividesAsDivisionDoes) {
  for (const std::uint32_t by : {1U, 2U, 3U, 5U, 7U, 64U, 641U, 1023U, 8192U, 65537U})
    for (const std::uint32_t of : {0U, 1U, by - 1, by, by + 1, 3 * by - 1, 3 * by, 99'999'999U, UINT32_MAX - 1, UINT32_MAX})
      EXPECT_EQ(Divisor(by).quotient(of), of / by) << of << " / " << by;
}

TEST(Window, GivesEveryOperationThatMayBeOpenASlotOfItsOwnHoweverProposersDrift) {
  for (const int proposers : {1, 2, 3, 5})
    for (const int in_flight : {1, 3, 8}) {
      const Window<int> window({.in_flight = in_flight}, proposers);
      const Operation far = 1000 * proposers;  // proposer 0 is that far ahead
      std::set<std::size_t> taken;
      for (Operation proposer = 0; proposer < proposers; ++proposer)
        for (Operation turn = 0; turn < 2 * in_flight; ++turn)
          taken.insert(window.index(proposer + turn * proposers + (proposer == 0 ? far : 0)));
      EXPECT_EQ(taken.size(), static_cast<std::size_t>(2 * in_flight * proposers));
      EXPECT_LT(*taken.rbegin(), window.size());
    }
}

TEST(Window, BelongsToTheClientsWhereThereAreSome) {
  EXPECT_EQ(Window<int>({.in_flight = 2, .clients = 3}, 8).size(), 12U);
  EXPECT_EQ(Window<int>({.in_flight = 2}, 8).size(), 32U);
}

}  // namespace
}  // namespace coordbench::testing::window_test
