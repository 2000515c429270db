#include "kernels/push_pull_gossip.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/gossip_checks.hpp"

namespace coordbench::testing::push_pull_gossip_test {
namespace {

TEST(PushPullGossip, InformsEverybodyInAnyOrderOfArrival) { expect_gossip<PushPullGossip>(); }

TEST(PushPullGossip, RefusesWhatDoesNotFit) { expect_shapes_refused<PushPullGossip>(); }

TEST(PushPullGossip, ExpectsTheTabulatedMessages) {
  expect_tabulated_messages<PushPullGossip>(
      {3.000, 6.000, 10.233, 14.665, 29.788, 40.759, 76.604, 184.128, 425.474, 719.085, 958.769, 2123.308});
}

TEST(PushPullGossip, ExpectsByHandAtThreeRanks) {
  // Fanout 2: everybody calls everybody, and rank 0 answers both.
  EXPECT_NEAR(expected_messages<PushPullGossip>(gossip_shape<PushPullGossip>(3, 2)), 8, 1e-12);
}

TEST(PushPullGossip, TellsTheStoryOfARumour) {
  EXPECT_EQ(story<PushPullGossip>(gossip_shape<PushPullGossip>(4), 0),
            "1  0 → 2  rumour\n"
            "1  1 → 3  request\n"
            "1  2 → 1  request\n"
            "1  3 → 2  request\n"
            "2  0 → 2  rumour\n"
            "2  1 → 0  request\n"
            "2  2 → 0  rumour\n"
            "2  3 → 2  request\n"
            "2  0 → 1  rumour\n"
            "2  2 → 3  rumour\n");
}

TEST(PushPullGossip, EveryRankCallsInEveryRound) {
  for (const std::int64_t fanout : {1, 3}) {
    Site<PushPullGossip> site(gossip_shape<PushPullGossip>(8, fanout), 5);
    site.round(0, 1);
    site.step(2, rumour_of(1));
    site.round(0, 2);
    ASSERT_EQ(static_cast<std::int64_t>(site.sent.size()), 2 * fanout);
    EXPECT_EQ(site.sent.front().message.kind, gossip::Message::Kind::request);
    EXPECT_EQ(site.sent.back().message.kind, gossip::Message::Kind::rumour);
  }
}

TEST(PushPullGossip, AnswersOnlyWhatItKnewBeforeTheRoundOfTheCall) {
  Site<PushPullGossip> site(gossip_shape<PushPullGossip>(8), 5);
  site.step(2, rumour_of(4));
  site.step(3, request_of(4));
  EXPECT_TRUE(site.sent.empty()) << "it learnt it in this round";
  site.step(3, request_of(5));
  ASSERT_EQ(site.sent.size(), 1U);
  EXPECT_EQ(site.sent[0].to, 3);
}

}  // namespace
}  // namespace coordbench::testing::push_pull_gossip_test
