#include "kernels/raft/election.hpp"

#include <gtest/gtest.h>

#include <set>

namespace coordbench::testing::election_test {
namespace {

using Role = raft::Election::Role;
constexpr Time kTimeout = 1000;

raft::Election server(Rank self, int servers = 5) { return {servers, self, kTimeout, 42}; }

/// Campaigns for the next term, as one does whom enough would vote for.
raft::Election candidate(Rank self, int servers) {
  raft::Election election = server(self, servers);
  election.begin_pre_vote();
  election.begin_vote();
  return election;
}

TEST(RaftElection, BeginsWithRankZeroInItsSeat) {
  for (const Rank self : {0, 1, 4}) {
    const raft::Election election = server(self);
    EXPECT_EQ(election.leads(), self == 0);
    EXPECT_EQ(election.term(), 1U);
    EXPECT_EQ(election.voted_for(), 0);
    EXPECT_EQ(election.leader(), 0);
  }
}

TEST(RaftElection, MayBeginWithNobodyInTheSeatAndNoVoteGiven) {
  for (const Rank self : {0, 1, 4}) {
    raft::Election election(5, self, kTimeout, 42, false);
    EXPECT_EQ(election.role(), Role::follower);
    EXPECT_EQ(election.term(), 0U);
    EXPECT_EQ(election.voted_for(), raft::Election::nobody);
    EXPECT_EQ(election.leader(), raft::Election::nobody);
    EXPECT_TRUE(election.grants_pre_vote(1, true, 0));
  }
}

TEST(RaftElection, HasRankZeroTimeOutFirstAndExactlyWhereNobodyLed) {
  std::set<Time> drawn;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    raft::Election first(5, 0, kTimeout, seed, false), other(5, 3, kTimeout, seed, false);
    EXPECT_FALSE(first.is_due(7));
    EXPECT_FALSE(other.is_due(7));
    EXPECT_EQ(first.alarm(), 7 + kTimeout);
    EXPECT_GE(other.alarm(), 7 + kTimeout * 3 / 2);
    EXPECT_LE(other.alarm(), 7 + kTimeout * 2);
    drawn.insert(other.alarm());
  }
  EXPECT_GT(drawn.size(), 50U);
}

TEST(RaftElection, CountsRankZerosFirstTimeOutFromWhenItIsAsked) {
  raft::Election first(5, 0, kTimeout, 42, false), other(5, 3, kTimeout, 42, false);
  for (raft::Election* election : {&first, &other}) election->is_due(7);
  const Time drawn = other.alarm();
  first.begin_waiting(400);
  other.begin_waiting(400);
  EXPECT_EQ(first.alarm(), 400 + kTimeout);
  EXPECT_EQ(other.alarm(), drawn);
  first.hear(2, 500);
  first.enter(1, 0);
  const Time later = first.alarm();
  first.begin_waiting(600);
  EXPECT_EQ(first.alarm(), later) << "its first time-out is over";
}

TEST(RaftElection, GrantsOneVoteInATermOverRestarts) {  // 5.2
  raft::Election election = server(3);
  EXPECT_FALSE(election.grant_vote(1, true, 0)) << "term 1 is rank 0's";
  election.enter(2, 0);
  EXPECT_TRUE(election.grant_vote(1, true, 0));
  EXPECT_FALSE(election.grant_vote(2, true, 0));
  EXPECT_TRUE(election.grant_vote(1, true, 0)) << "the answer may have been lost";
  election.restart();
  EXPECT_EQ(election.term(), 2U);
  EXPECT_FALSE(election.grant_vote(2, true, 0));
  EXPECT_TRUE(election.grant_vote(1, true, 0));
  election.enter(3, 0);
  EXPECT_TRUE(election.grant_vote(2, true, 0));
}

TEST(RaftElection, RefusesWhoseLogLacksEntriesAndKeepsItsVote) {  // 5.4.1
  raft::Election election = server(3);
  election.enter(2, 0);
  EXPECT_FALSE(election.grant_vote(1, false, 0));
  EXPECT_EQ(election.voted_for(), raft::Election::nobody);
  EXPECT_TRUE(election.grant_vote(2, true, 0));
  EXPECT_FALSE(election.grant_vote(2, false, 0));
}

TEST(RaftElection, VotesForItselfAsACandidate) {
  raft::Election election = candidate(3, 5);
  EXPECT_EQ(election.term(), 2U);
  EXPECT_EQ(election.voted_for(), 3);
  EXPECT_FALSE(election.grant_vote(1, true, 0));
  election.restart();
  EXPECT_EQ(election.role(), Role::follower);
  EXPECT_FALSE(election.grant_vote(1, true, 0)) << "nor after a restart";
}

TEST(RaftElection, NeedsAMajorityOfDifferentVotersExactlyOnce) {
  for (int servers = 2; servers <= 9; ++servers) {
    raft::Election election = candidate(1, servers);
    int voters = 1, won = 0;
    for (Rank from = 0; from < servers; ++from)
      for (int copy = 0; copy < servers; ++copy) {
        if (copy == 0 && from != 1) ++voters;
        const bool completes = election.count_vote(from, Role::candidate);
        EXPECT_EQ(completes, copy == 0 && from != 1 && voters == servers / 2 + 1) << servers << " servers, vote of " << from;
        won += completes ? 1 : 0;
      }
    EXPECT_EQ(won, 1);
  }
  EXPECT_TRUE(server(0, 1).begin_pre_vote()) << "alone it is a majority";
  EXPECT_TRUE(server(0, 1).begin_vote());
}

TEST(RaftElection, CountsNoVoteForAnotherRoleOrAnEarlierCampaign) {
  raft::Election election = server(1, 3);
  EXPECT_FALSE(election.count_vote(2, Role::candidate)) << "a follower asked for none";
  election.begin_pre_vote();
  EXPECT_FALSE(election.count_vote(2, Role::candidate)) << "asked whether, not for it";
  EXPECT_TRUE(election.count_vote(2, Role::pre_candidate));
  election.begin_vote();
  EXPECT_FALSE(election.count_vote(0, Role::pre_candidate)) << "late";
  EXPECT_TRUE(election.count_vote(0, Role::candidate)) << "begun from its own vote";
  election.win(0);
  EXPECT_FALSE(election.count_vote(2, Role::candidate)) << "leads already";
  EXPECT_TRUE(election.leads());
  election.enter(7, 0);
  EXPECT_EQ(election.role(), Role::follower);
  EXPECT_EQ(election.voted_for(), raft::Election::nobody);
}

TEST(RaftElection, AsksBeforeItRaisesTheTerm) {  // 9.6 of the dissertation
  raft::Election election = server(1);
  EXPECT_FALSE(election.begin_pre_vote());
  EXPECT_EQ(election.term(), 1U);
  EXPECT_EQ(election.voted_for(), 0);
  EXPECT_EQ(election.leader(), raft::Election::nobody);
}

TEST(RaftElection, GrantsAPreVoteOnlyWhereNoLeaderIsHeard) {
  raft::Election election = server(1);
  election.enter(4, 0);
  election.hear(2, 500);
  EXPECT_FALSE(election.grants_pre_vote(5, true, 501));
  EXPECT_FALSE(election.grants_pre_vote(5, true, 500 + kTimeout - 1));
  EXPECT_TRUE(election.grants_pre_vote(5, true, 500 + kTimeout));
  EXPECT_FALSE(election.grants_pre_vote(5, false, 500 + kTimeout)) << "its log lacks entries";
  EXPECT_FALSE(election.grants_pre_vote(3, true, 500 + kTimeout)) << "its term is over";
  election.begin_pre_vote();
  EXPECT_TRUE(election.grants_pre_vote(5, true, 501)) << "it waits no more itself";
  EXPECT_FALSE(server(0).grants_pre_vote(2, true, 100 * kTimeout)) << "it leads";
}

TEST(RaftElection, CampaignsWhenItsTimeOutHasPassedButNotIfItSleptOrHasJustBegun) {
  raft::Election election = server(1);
  EXPECT_FALSE(election.is_due(5)) << "has just begun";
  const Time alarm = election.alarm();
  EXPECT_FALSE(election.is_due(alarm - 1));
  EXPECT_EQ(election.alarm(), alarm);
  EXPECT_TRUE(election.is_due(alarm + kTimeout));
  const Time second = election.alarm();
  EXPECT_FALSE(election.is_due(second + kTimeout + 1)) << "slept, and the leader's words may wait";
  EXPECT_TRUE(election.is_due(election.alarm())) << "but not twice";
  election.restart();
  EXPECT_FALSE(election.is_due(election.alarm()));
  EXPECT_FALSE(election.is_due(100 * kTimeout)) << "has just begun again";
}

TEST(RaftElection, DrawsTimeOutsAnewBetweenOnceAndTwiceTheLeast) {  // 5.2
  std::set<Time> drawn, of_ranks;
  raft::Election election = server(1);
  for (Time now = 0; now < 1000 * 3 * kTimeout; now += 3 * kTimeout) {
    election.hear(0, now);
    EXPECT_GE(election.alarm(), now + kTimeout);
    EXPECT_LE(election.alarm(), now + 2 * kTimeout);
    drawn.insert(election.alarm() - now);
  }
  EXPECT_GT(drawn.size(), 500U);
  for (Rank self = 1; self < 9; ++self) {
    raft::Election other = server(self, 9);
    other.hear(0, 0);
    of_ranks.insert(other.alarm());
  }
  EXPECT_GT(of_ranks.size(), 5U) << "ranks draw for themselves";
}

TEST(RaftElection, AVoteAndALeaderAreReasonsToWait) {
  raft::Election election = server(1);
  election.enter(2, 0);
  ASSERT_TRUE(election.grant_vote(3, true, 7000));
  EXPECT_GE(election.alarm(), 7000 + kTimeout);
  ASSERT_FALSE(election.grant_vote(4, true, 9000));
  EXPECT_LE(election.alarm(), 7000 + 2 * kTimeout) << "a refused one is none";
  election.begin_pre_vote();
  election.hear(3, 8000);
  EXPECT_EQ(election.role(), Role::follower);
  EXPECT_EQ(election.leader(), 3);
  EXPECT_GE(election.alarm(), 8000 + kTimeout);
}

TEST(RaftElection, ALeaderCountsWhoAnswersOnceATimeOutButNotIfItSleptOrHasJustBegun) {  // 6.2 of the dissertation
  raft::Election election = server(0);
  EXPECT_FALSE(election.is_roll_call_due(5)) << "has just begun";
  EXPECT_FALSE(election.is_roll_call_due(5 + kTimeout - 1));
  EXPECT_TRUE(election.is_roll_call_due(5 + kTimeout));
  EXPECT_FALSE(election.is_roll_call_due(5 + kTimeout)) << "once";
  EXPECT_FALSE(election.is_roll_call_due(5 + 3 * kTimeout + 1)) << "slept, and the others' words may wait";
  EXPECT_TRUE(election.is_roll_call_due(5 + 4 * kTimeout + 1)) << "but not twice";
  raft::Election elected = candidate(1, 3);
  elected.win(100);
  EXPECT_FALSE(elected.is_roll_call_due(100 + kTimeout - 1)) << "a time-out from its election on";
  EXPECT_TRUE(elected.is_roll_call_due(100 + kTimeout));
}

TEST(RaftElection, WhoHasLedWaitsAWholeTimeOutBeforeItCampaigns) {
  raft::Election retires = server(0), deposed = server(0), follows = server(1);
  for (raft::Election* election : {&retires, &deposed}) election->set_heartbeat(500);
  retires.retire(500);
  deposed.enter(2, 500);
  for (const raft::Election* election : {&retires, &deposed}) {
    EXPECT_FALSE(election->leads());
    EXPECT_EQ(election->leader(), raft::Election::nobody);
    EXPECT_GE(election->alarm(), 500 + kTimeout);
    EXPECT_LE(election->alarm(), 500 + 2 * kTimeout);
  }
  follows.hear(0, 100);
  const Time alarm = follows.alarm();
  follows.enter(2, 500);
  EXPECT_EQ(follows.alarm(), alarm) << "who has not led has waited already";
}

TEST(RaftElection, WithoutTimeOutsNeverWakes) {
  raft::Election election(3, 1, 0, 42);
  election.hear(0, 5);
  EXPECT_EQ(election.alarm(), kNever);
  election.restart();
  EXPECT_EQ(election.alarm(), kNever);
  raft::Election leader(3, 0, 0, 42);
  leader.set_heartbeat(5);
  EXPECT_EQ(leader.alarm(), kNever);
}

}  // namespace
}  // namespace coordbench::testing::election_test
