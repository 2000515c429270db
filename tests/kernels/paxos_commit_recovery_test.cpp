// What Paxos Commit does when ranks are down: it goes on while F of its 2F + 1 acceptors are, and waits when more are.

#include <gtest/gtest.h>

#include "tests/kernels/paxos_commits.hpp"
#include "tests/kernels/two_phase_commits.hpp"

namespace coordbench::testing::paxos_commit_recovery_test {
namespace {

using namespace paxos_commit;
namespace marks = coordbench::paxos_commit;

Shape timed_shape(int ranks, std::int64_t faults = 1) { return paxos_shape(ranks, {{"timeout_us", 1}, {"faults", faults}}); }

/// The ranks that know the outcome of transaction 0, which must be the same at all of them.
template <class World>
std::set<Rank> informed(const World& cluster, std::int64_t outcome) {
  std::set<Rank> ranks;
  for (const auto& answer : cluster.history().answered) {
    EXPECT_EQ(answer.outcome, outcome) << answer.rank;
    ranks.insert(answer.rank);
  }
  return ranks;
}

/// Transaction 0, up to the moment when the last vote is on its way.
template <class World>
void run_to_the_votes(World& cluster) {
  cluster.propose(0);
  cluster.run_until(1);
}

TEST(PaxosCommitRecovery, TellsTheStoryOfALeaderLostAfterTheVotes) {
  Transactions cluster(timed_shape(3), {}, 1);
  run_to_the_votes(cluster);
  cluster.crash(0);
  cluster.run_until(100'000);
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  prepare 0\n"
            "   0  0 → 2  prepare 0\n"
            "   1  1 → 0  vote 0: prepared\n"
            "   1  2 → 0  vote 0: prepared\n"
            "   1  2 → 1  vote 0: prepared\n"
            "   1  0 crashes\n"
            "   2  1 → 0  phase 2b 0: prepared\n"
            "1001  1 → 0  inquire 0\n"
            "1001  2 → 0  inquire 0\n"
            "2001  1 → 0  phase 1a 0, ballot 4\n"  // the next acceptor is manager 1 itself
            "2001  1 → 2  phase 1a 0, ballot 4\n"
            "2001  2 → 1  inquire 0\n"  // it need not be asked to lead any more
            "2002  2 → 1  phase 1b 0, ballot 4\n"
            "2003  1 → 0  phase 2a 0, ballot 4: prepared\n"  // it has accepted both votes, and so must keep them
            "2003  1 → 2  phase 2a 0, ballot 4: prepared\n"
            "2004  2 → 1  phase 2b 0, ballot 4: prepared\n"
            "2005  1 → 2  commit 0\n"
            "2005  1 → 0  commit 0\n");
  EXPECT_EQ(informed(cluster, commit::committed), (std::set<Rank>{1, 2}));
}

TEST(PaxosCommitRecovery, TellsTheStoryOfAnAcceptorLostAfterItsVote) {
  Transactions cluster(timed_shape(3), {}, 1);
  run_to_the_votes(cluster);
  cluster.crash(1);
  cluster.run_until(100'000);
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  prepare 0\n"
            "   0  0 → 2  prepare 0\n"
            "   1  1 → 0  vote 0: prepared\n"
            "   1  2 → 0  vote 0: prepared\n"
            "   1  2 → 1  vote 0: prepared\n"
            "   1  1 crashes\n"
            "1000  0 → 1  phase 1a 0, ballot 3\n"
            "1000  0 → 2  phase 1a 0, ballot 3\n"  // acceptor 2 takes the place of acceptor 1
            "1001  2 → 0  inquire 0\n"
            "1001  2 → 0  phase 1b 0, ballot 3\n"
            "1002  0 → 1  phase 2a 0, ballot 3: prepared\n"
            "1002  0 → 2  phase 2a 0, ballot 3: prepared\n"
            "1003  2 → 0  phase 2b 0, ballot 3: prepared\n"
            "1004  0 → 1  commit 0\n"
            "1004  0 → 2  commit 0\n");
  EXPECT_EQ(informed(cluster, commit::committed), (std::set<Rank>{0, 2}));
}

TEST(PaxosCommitRecovery, TellsTheStoryOfAManagerThatNeverVotes) {
  Transactions cluster(timed_shape(4), {}, 1);
  cluster.crash(3);
  cluster.propose(0);
  cluster.run_until(100'000);
  EXPECT_EQ(cluster.conversation(),
            "   0  3 crashes\n"
            "   0  0 → 1  prepare 0\n"
            "   0  0 → 2  prepare 0\n"
            "   0  0 → 3  prepare 0\n"
            "   1  1 → 0  vote 0: prepared\n"
            "   1  2 → 0  vote 0: prepared\n"
            "   1  2 → 1  vote 0: prepared\n"
            "1000  0 → 1  phase 1a 0, ballot 3\n"
            "1000  0 → 2  phase 1a 0, ballot 3\n"
            "1001  1 → 0  inquire 0\n"
            "1001  2 → 0  inquire 0\n"
            "1001  1 → 0  phase 1b 0, ballot 3\n"
            "1001  2 → 0  phase 1b 0, ballot 3\n"
            "1002  0 → 1  phase 2a 0, ballot 3: aborted\n"  // the instance of manager 3 is free
            "1002  0 → 2  phase 2a 0, ballot 3: aborted\n"
            "1003  1 → 0  phase 2b 0, ballot 3: aborted\n"
            "1003  2 → 0  phase 2b 0, ballot 3: aborted\n"
            "1004  0 → 1  abort 0\n"
            "1004  0 → 2  abort 0\n"
            "1004  0 → 3  abort 0\n");
  EXPECT_EQ(informed(cluster, commit::aborted), (std::set<Rank>{0, 1, 2}));
}

TEST(PaxosCommitRecovery, AManagerThatMissedTheDecisionAsksForIt) {
  Transactions cluster(timed_shape(3), {}, 1);
  run_to_the_votes(cluster);
  cluster.cut(0, 2);
  cluster.run_until(500);
  EXPECT_EQ(informed(cluster, commit::committed), (std::set<Rank>{0, 1}));
  cluster.mend();
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(informed(cluster, commit::committed), (std::set<Rank>{0, 1, 2}));
  EXPECT_EQ(cluster.spoken(Kind::inquire), 1);
  EXPECT_EQ(cluster.spoken(Kind::phase_1a), 0) << "the leader knows";
}

/// Side by side: the coordinator dies once all votes are on their way, and stays down for a second.
TEST(PaxosCommitRecovery, GoesOnWhereTwoPhaseCommitBlocks) {
  Transactions paxos(timed_shape(4), {}, 1);
  run_to_the_votes(paxos);
  paxos.crash(0);
  paxos.run_until(1'000'000);
  EXPECT_EQ(informed(paxos, commit::committed), (std::set<Rank>{1, 2, 3}));

  two_phase_commit::Transactions two_phase(two_phase_commit::commit_shape(4, {{"timeout_us", 1}}), {}, 1);
  run_to_the_votes(two_phase);
  two_phase.crash(0);
  two_phase.run_until(1'000'000);
  EXPECT_EQ(informed(two_phase, commit::committed), std::set<Rank>{}) << "nobody may decide alone";
}

/// F = 0 is two-phase commit.
TEST(PaxosCommitRecovery, BlocksWithoutItsOnlyAcceptor) {
  Transactions cluster(timed_shape(4, 0), {}, 1);
  run_to_the_votes(cluster);
  cluster.crash(0);
  cluster.run_until(1'000'000);
  EXPECT_EQ(informed(cluster, commit::committed), std::set<Rank>{});
  cluster.restart(0);
  cluster.run();
  cluster.expect_end();
}

TEST(PaxosCommitRecovery, WaitsWhileMoreThanFAcceptorsAreDown) {
  Transactions cluster(timed_shape(6, 2), {}, 1);
  run_to_the_votes(cluster);
  for (const Rank rank : {0, 1, 3}) cluster.crash(rank);
  cluster.run_until(1'000'000);
  EXPECT_EQ(informed(cluster, commit::committed), std::set<Rank>{});
  cluster.restart(3);
  cluster.run_until(3'000'000);
  EXPECT_EQ(informed(cluster, commit::committed), (std::set<Rank>{2, 3, 4, 5})) << "acceptor 2 has all votes";
}

/// The choice of `count` of the first `of` ranks, as a bit for each.
std::vector<unsigned> choices(int of, int count) {
  std::vector<unsigned> found;
  for (unsigned ranks = 0; ranks < 1U << of; ++ranks)
    if (std::popcount(ranks) == count) found.push_back(ranks);
  return found;
}

/// Any F acceptors go down for ever, at any moment. Whoever has voted yes and lives learns the outcome; the leader, if it
/// lives.
TEST(PaxosCommitRecovery, DecidesWhicheverFAcceptorsAreLostAtWhateverMoment) {
  for (const auto& [ranks, faults] : {std::pair{3, 1}, {4, 1}, {5, 2}, {8, 3}})
    for (const unsigned lost : choices(2 * faults + 1, faults))
      for (int events = 0; events < 60; ++events) {
        Transactions cluster(timed_shape(ranks, faults), {}, 1);
        cluster.propose(0);
        for (int i = 0; i < events; ++i) cluster.step();
        for (Rank rank = 0; rank < ranks; ++rank)
          if ((lost >> rank & 1U) != 0) cluster.crash(rank);
        cluster.run_until(3'000'000);
        for (Rank rank = 0; rank < ranks; ++rank) {
          const auto& transaction = cluster.machine(rank).log()[0];
          const bool waits = cluster.is_up(rank) && (rank == 0 || transaction.has_voted);
          EXPECT_FALSE(waits && transaction.outcome == commit::undecided) << ranks << " ranks, " << events << ", rank " << rank;
        }
      }
}

/// Nobody forgets what a manager has not learned. So without manager 3 every transaction is decided, and two windows end.
TEST(PaxosCommitRecovery, StopsTakingUpTransactionsWhileAManagerIsDown) {
  Shape shape = timed_shape(4);
  shape.in_flight = 4;
  Transactions cluster(shape, {}, 64);
  cluster.crash(3);
  Operation next = 0, oldest = 0;
  const auto run_until = [&](Time horizon, Operation last) {
    while (cluster.now() < horizon && oldest < last) {
      while (oldest < next && cluster.has_ended(oldest)) ++oldest;
      while (next < last && next < oldest + 4) cluster.propose(next++);
      if (!cluster.step()) break;
    }
  };
  run_until(10'000'000, 64);
  EXPECT_EQ(oldest, 4) << "a window of transactions has ended";
  EXPECT_EQ(next, 8) << "another one is decided, and has not ended";
  for (Operation k = 0; k < next; ++k) EXPECT_EQ(cluster.machine(0).answer(k).outcome, commit::aborted) << k;
  cluster.restart(3);
  run_until(30'000'000, 64);
  EXPECT_EQ(oldest, 64);
}

}  // namespace
}  // namespace coordbench::testing::paxos_commit_recovery_test
