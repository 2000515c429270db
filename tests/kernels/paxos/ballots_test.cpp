#include "kernels/paxos/ballots.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace coordbench::testing::paxos_ballots_test {
namespace {

using paxos::Ballots;

constexpr Time kTimeout = 1000;

TEST(PaxosBallots, AreEachServersOwn) {
  std::vector<paxos::Ballot> tried;
  for (Rank rank = 0; rank < 5; ++rank) {
    Ballots ballots(5, rank, kTimeout, 1, false);
    for (int round = 0; round < 3; ++round) {
      const paxos::Ballot before = ballots.attempt();
      ballots.prepare(0);
      EXPECT_GT(ballots.attempt(), before);
      tried.push_back(ballots.attempt());
    }
  }
  std::sort(tried.begin(), tried.end());
  EXPECT_EQ(std::adjacent_find(tried.begin(), tried.end()), tried.end());
}

TEST(PaxosBallots, PreparesAboveAllThatItKnowsOf) {
  Ballots ballots(3, 1, kTimeout, 1, true);
  ballots.learn(17);
  ballots.prepare(0);
  EXPECT_GT(ballots.attempt(), 17U);
  EXPECT_EQ(ballots.promised(), 3U) << "it promises its own ballot last";
  ballots.win(0);
  EXPECT_EQ(ballots.promised(), ballots.attempt());
  EXPECT_TRUE(ballots.leads());
}

TEST(PaxosBallots, GivesUpOnceItPromisesAHigherBallot) {
  for (const paxos::Ballot ballot : {5U, 9U}) {
    Ballots ballots(3, 1, kTimeout, 1, true);
    ballots.prepare(0);
    ASSERT_EQ(ballots.attempt(), 7U);
    ballots.promise(ballot, 0);
    EXPECT_EQ(ballots.role() == Ballots::Role::preparing, ballot < 7) << "a lower one does not stand in its way";
  }
}

TEST(PaxosBallots, PromisesOthersNothingWhileALeaderIsHeard) {
  Ballots ballots(3, 1, kTimeout, 1, true);
  ballots.hear(0, 100);
  EXPECT_FALSE(ballots.may_promise(2, 100 + kTimeout - 1));
  EXPECT_TRUE(ballots.may_promise(0, 101)) << "the leader itself may prepare a higher ballot";
  EXPECT_TRUE(ballots.may_promise(2, 100 + kTimeout));
}

TEST(PaxosBallots, RemembersPromisesAndAttemptsOverARestart) {
  Ballots ballots(3, 1, kTimeout, 1, true);
  ballots.promise(8, 0);
  ballots.prepare(0);
  const paxos::Ballot attempt = ballots.attempt();
  ballots.restart();
  EXPECT_EQ(ballots.promised(), 8U);
  ballots.prepare(0);
  EXPECT_GT(ballots.attempt(), attempt);
}

TEST(PaxosBallots, NeverTimesOutWithoutATimeOut) {
  Ballots ballots(3, 1, 0, 1, true);
  ballots.hear(0, 5);
  EXPECT_EQ(ballots.alarm(), kNever);
}

TEST(PaxosBallots, CannotTellItsOwnSleepFromTheLeadersSilence) {
  Ballots ballots(3, 1, kTimeout, 1, true);
  EXPECT_FALSE(ballots.is_due(0)) << "it has just begun";
  const Time alarm = ballots.alarm();
  EXPECT_GE(alarm, kTimeout);
  EXPECT_LE(alarm, 2 * kTimeout);
  EXPECT_FALSE(ballots.is_due(alarm - 1));
  EXPECT_FALSE(ballots.is_due(alarm + kTimeout + 1)) << "it was asleep";
  EXPECT_TRUE(ballots.is_due(ballots.alarm()));
}

}  // namespace
}  // namespace coordbench::testing::paxos_ballots_test
