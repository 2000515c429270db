#include "kernels/push_gossip.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/gossip_checks.hpp"

namespace coordbench::testing::push_gossip_test {
namespace {

TEST(PushGossip, InformsEverybodyInAnyOrderOfArrival) { expect_gossip<PushGossip>(); }

TEST(PushGossip, RefusesWhatDoesNotFit) { expect_shapes_refused<PushGossip>(); }

TEST(PushGossip, ExpectsTheTabulatedMessages) {
  expect_tabulated_messages<PushGossip>(
      {1.000, 3.667, 6.447, 9.913, 21.141, 29.428, 56.728, 139.782, 328.809, 561.488, 751.935, 1687.622});
}

TEST(PushGossip, ExpectsByHandAtThreeRanks) {
  // Fanout 1: one call informs the second rank; then two callers fail to find the third with probability 1/4 a round, so 4/3
  // rounds of two calls. Fanout 2 informs both at once.
  EXPECT_NEAR(expected_messages<PushGossip>(gossip_shape<PushGossip>(3)), 1 + 2 * 4.0 / 3, 1e-12);
  EXPECT_NEAR(expected_messages<PushGossip>(gossip_shape<PushGossip>(3, 2)), 2, 1e-12);
}

TEST(PushGossip, TellsTheStoryOfARumour) {
  EXPECT_EQ(story<PushGossip>(gossip_shape<PushGossip>(4), 0),
            "1  0 → 2  rumour\n"
            "2  0 → 2  rumour\n"
            "2  2 → 0  rumour\n"
            "3  0 → 2  rumour\n"
            "3  2 → 1  rumour\n"
            "4  0 → 1  rumour\n"
            "4  1 → 3  rumour\n"
            "4  2 → 1  rumour\n");
}

TEST(PushGossip, OnlyWhoIsInformedCalls) {
  Site<PushGossip> site(gossip_shape<PushGossip>(8, 3), 5);
  site.round(0, 1);
  EXPECT_TRUE(site.sent.empty());
}

TEST(PushGossip, PassesOnFromTheNextRoundWhatCameBeforeWordOfThisOne) {
  Site<PushGossip> site(gossip_shape<PushGossip>(8, 3), 5);
  site.step(2, rumour_of(4));
  ASSERT_EQ(site.learnt.size(), 1U);
  site.round(0, 4);
  EXPECT_TRUE(site.sent.empty());
  site.round(0, 5);
  ASSERT_EQ(site.sent.size(), 3U);
  EXPECT_EQ(site.sent[0].message.round, 5);
}

TEST(PushGossip, DropsARumourThatItKnowsAndOneThatIsOver) {
  Site<PushGossip> site(gossip_shape<PushGossip>(8), 5);
  site.step(2, rumour_of(1, 7));
  site.step(3, rumour_of(1, 7));
  site.step(3, rumour_of(9, 6));
  ASSERT_EQ(site.learnt.size(), 1U);
  EXPECT_EQ(site.learnt[0], 7);
  EXPECT_EQ(site.machine.answer(6).outcome, 0);
  EXPECT_EQ(site.machine.answer(7).outcome, gossip::kInformed);
}

}  // namespace
}  // namespace coordbench::testing::push_gossip_test
