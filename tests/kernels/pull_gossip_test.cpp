#include "kernels/pull_gossip.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/gossip_checks.hpp"

namespace coordbench::testing::pull_gossip_test {
namespace {

TEST(PullGossip, InformsEverybodyInAnyOrderOfArrival) { expect_gossip<PullGossip>(); }

TEST(PullGossip, RefusesWhatDoesNotFit) { expect_shapes_refused<PullGossip>(); }

TEST(PullGossip, ExpectsTheTabulatedMessages) {
  expect_tabulated_messages<PullGossip>(
      {2.000, 5.333, 9.316, 13.752, 28.883, 40.043, 76.893, 189.757, 448.311, 767.964, 1030.237, 2322.905});
}

TEST(PullGossip, ExpectsByHandAtThreeRanks) {
  // Fanout 2: both ask everybody, and rank 0 answers both.
  EXPECT_NEAR(expected_messages<PullGossip>(gossip_shape<PullGossip>(3, 2)), 6, 1e-12);
  // Fanout 1, with x messages left when two know: x = 1 request + its answer = 2. When one knows, both ask: with 1/4 no answer
  // and again, with 1/2 one answer and x, with 1/4 two answers: m = 2 + m/4 + (1 + x)/2 + 2/4.
  EXPECT_NEAR(expected_messages<PullGossip>(gossip_shape<PullGossip>(3)), (2 + 1.5 + 0.5) / 0.75, 1e-12);
}

TEST(PullGossip, TellsTheStoryOfARumour) {
  EXPECT_EQ(story<PullGossip>(gossip_shape<PullGossip>(4), 0),
            "1  1 → 3  request\n"
            "1  2 → 1  request\n"
            "1  3 → 2  request\n"
            "2  1 → 0  request\n"
            "2  2 → 0  request\n"
            "2  3 → 2  request\n"
            "2  0 → 1  rumour\n"
            "2  0 → 2  rumour\n"
            "3  3 → 1  request\n"
            "3  1 → 3  rumour\n");
}

TEST(PullGossip, CarriesTheRumourOnceToEachThatAsksOne) {
  for (const int ranks : {2, 5, 16}) {
    RoundWorld<PullGossip> world(gossip_shape<PullGossip>(ranks), 50);
    for (Operation k = 0; k < 50; ++k) EXPECT_EQ(world.spread(k).rumours, ranks - 1);
  }
}

TEST(PullGossip, AsksUntilItKnowsAndForTheRestOfThatRound) {
  Site<PullGossip> site(gossip_shape<PullGossip>(8, 3), 5);
  site.step(2, rumour_of(4));
  site.round(0, 4);
  ASSERT_EQ(site.sent.size(), 3U);
  EXPECT_EQ(site.sent[0].message.kind, gossip::Message::Kind::request);
  site.round(0, 5);
  EXPECT_EQ(site.sent.size(), 3U) << "it knows";
}

TEST(PullGossip, AnswersOnlyWhatItKnewBeforeTheRoundOfTheRequest) {
  Site<PullGossip> site(gossip_shape<PullGossip>(8), 5);
  site.step(2, request_of(3));
  EXPECT_TRUE(site.sent.empty()) << "it does not know";
  site.step(2, rumour_of(4));
  site.step(3, request_of(4));
  EXPECT_TRUE(site.sent.empty()) << "it learnt it in this round";
  site.step(3, request_of(5));
  ASSERT_EQ(site.sent.size(), 1U);
  EXPECT_EQ(site.sent[0].to, 3);
  EXPECT_EQ(site.sent[0].message.kind, gossip::Message::Kind::rumour);
  EXPECT_EQ(site.sent[0].message.round, 5) << "the asker learns it in the round in which it asked";
}

}  // namespace
}  // namespace coordbench::testing::pull_gossip_test
