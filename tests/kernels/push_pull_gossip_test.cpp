#include "kernels/push_pull_gossip.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/gossip_checks.hpp"

namespace coordbench::testing {
namespace {

TEST(PushPullGossip, InformsEverybodyInAnyOrderOfArrival) { expect_gossip<PushPullGossip>(); }

TEST(PushPullGossip, RefusesWhatDoesNotFit) { expect_shapes_refused<PushPullGossip>(); }

TEST(PushPullGossip, ExpectsTheTabulatedMessages) {
  expect_tabulated_messages<PushPullGossip>(
      {3.000, 6.000, 10.233, 14.665, 29.788, 40.759, 76.604, 184.128, 425.474, 719.085, 958.769, 2123.308});
}

TEST(PushPullGossip, ExpectsByHandAtThreeRanks) {
  // Fanout 2: everybody calls everybody, and rank 0 answers both.
  EXPECT_NEAR(PushPullGossip::messages(gossip_shape<PushPullGossip>(3, 2)), 8, 1e-12);
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
    PushPullGossip machine(gossip_shape<PushPullGossip>(8, fanout), 5);
    Said said;
    machine.round(0, 0, 1, said);
    machine.step(0, 2, rumour_of(1), {}, said);
    machine.round(0, 0, 2, said);
    ASSERT_EQ(static_cast<std::int64_t>(said.sent.size()), 2 * fanout);
    EXPECT_EQ(said.sent.front().message.kind, GossipMessage::Kind::request);
    EXPECT_EQ(said.sent.back().message.kind, GossipMessage::Kind::rumour);
  }
}

TEST(PushPullGossip, AnswersOnlyWhatItKnewBeforeTheRoundOfTheCall) {
  PushPullGossip machine(gossip_shape<PushPullGossip>(8), 5);
  Said said;
  machine.step(0, 2, rumour_of(4), {}, said);
  machine.step(0, 3, request_of(4), {}, said);
  EXPECT_TRUE(said.sent.empty()) << "it learnt it in this round";
  machine.step(0, 3, request_of(5), {}, said);
  ASSERT_EQ(said.sent.size(), 1U);
  EXPECT_EQ(said.sent[0].to, 3);
}

}  // namespace
}  // namespace coordbench::testing
