#include "kernels/paxos_commit.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/paxos_commits.hpp"

namespace coordbench::testing::paxos_commit_test {
namespace {

using namespace paxos_commit;
using commitment::run_one;

TEST(PaxosCommit, CostsWhatItDeclaresForEveryNAndF) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (std::int64_t faults = -1; 2 * faults + 1 <= ranks; ++faults) expect_cost(paxos_shape(ranks, {{"faults", faults}}));
}

TEST(PaxosCommit, CostsWhatItDeclaresWithNoVotes) {
  for (int ranks = 2; ranks <= 9; ++ranks)
    for (std::int64_t faults = 0; 2 * faults + 1 <= ranks; ++faults)
      for (std::int64_t no_votes = 0; no_votes < ranks; ++no_votes)
        expect_cost(paxos_shape(ranks, {{"faults", faults}, {"no_votes", no_votes}}));
}

constexpr Faults kAnyDelay{.delay = Faults::Delay::uniform, .delay_most_ns = 50};

TEST(PaxosCommit, CostsTheSameWhicheverVoteComesLast) {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    Faults faults = kAnyDelay;
    faults.seed = seed;
    for (std::int64_t tolerated = 0; tolerated <= 3; ++tolerated)
      for (const std::int64_t no_votes : {0, 2, 6})
        expect_cost(paxos_shape(7, {{"faults", tolerated}, {"no_votes", no_votes}}), faults);
  }
}

/// Manager 3 is asked first, and its vote is at manager 1 before the leader's question; the same with that of manager 1 at
/// manager 2, and then an acceptor answers.
TEST(PaxosCommit, VotesThatOvertakeTheLeaderMakeChainsLonger) {
  std::set<int> delays;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    Faults faults = kAnyDelay;
    faults.seed = seed;
    Transactions cluster(paxos_shape(5, {{"faults", 2}}), faults, 1);
    cluster.propose(0);
    cluster.run();
    delays.insert(cluster.history().deepest(coordbench::paxos_commit::decided));
  }
  EXPECT_EQ(delays, (std::set<int>{3, 4, 5}));
}

/// Messages, and the delays of decided and learned.
struct Expected {
  Settings set;
  std::int64_t messages, decided, learned;
};

TEST(PaxosCommit, CostsByHandAtFiveRanks) {  // n = 4 managers
  const std::vector<Expected> all{
      {{}, 4 + 7 + 1 + 4, 3, 4},                                 // the vote of manager 1 to itself is no message
      {{{"faults", 0}}, 4 + 4 + 0 + 4, 2, 3},                    // two-phase commit without acknowledgements
      {{{"faults", 2}}, 4 + 10 + 2 + 4, 3, 4},                   // managers 1 and 2 are acceptors, too
      {{{"no_votes", 1}}, 4 + 7 + 1 + 3, 3, 4},                  // whoever votes no is not told
      {{{"no_votes", 4}}, 4 + 7 + 1 + 0, 3, 1},                  // nobody is
      {{{"no_votes", 4}, {"faults", 0}}, 4 + 4 + 0 + 0, 2, 1}};  // the managers know before the leader
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto cluster = run_one<Safety>(paxos_shape(5, all[i].set));
    EXPECT_EQ(cluster->traffic().messages_sent, all[i].messages) << i;
    EXPECT_EQ(cluster->history().deepest(coordbench::paxos_commit::decided), all[i].decided) << i;
    EXPECT_EQ(cluster->history().deepest(coordbench::paxos_commit::learned), all[i].learned) << i;
    EXPECT_EQ(cluster->history().deepest(coordbench::paxos_commit::ended), all[i].decided) << i;
  }
}

TEST(PaxosCommit, TellsTheStoryOfACommit) {
  EXPECT_EQ(run_one<Safety>(paxos_shape(3))->conversation(),
            "   0  0 → 1  prepare 0\n"
            "   0  0 → 2  prepare 0\n"
            "   1  1 → 0  vote 0: prepared\n"  // manager 1 is acceptor 1, and so has told itself
            "   1  2 → 0  vote 0: prepared\n"
            "   1  2 → 1  vote 0: prepared\n"
            "   2  1 → 0  phase 2b 0: prepared\n"  // of both instances
            "   3  0 → 1  commit 0\n"
            "   3  0 → 2  commit 0\n");
}

TEST(PaxosCommit, TellsTheStoryOfAnAbort) {
  EXPECT_EQ(run_one<Safety>(paxos_shape(3, {{"no_votes", 1}}))->conversation(),
            "   0  0 → 1  prepare 0\n"
            "   0  0 → 2  prepare 0\n"
            "   1  1 → 0  vote 0: prepared\n"
            "   1  2 → 0  vote 0: aborted\n"
            "   1  2 → 1  vote 0: aborted\n"
            "   2  1 → 0  phase 2b 0: aborted\n"
            "   3  0 → 1  abort 0\n");
}

TEST(PaxosCommit, IsTwoPhaseCommitWithoutFaults) {
  EXPECT_EQ(run_one<Safety>(paxos_shape(3, {{"faults", 0}}))->conversation(),
            "   0  0 → 1  prepare 0\n"
            "   0  0 → 2  prepare 0\n"
            "   1  1 → 0  vote 0: prepared\n"
            "   1  2 → 0  vote 0: prepared\n"
            "   2  0 → 1  commit 0\n"
            "   2  0 → 2  commit 0\n");
}

TEST(PaxosCommit, KeepsTransactionsInFlightApart) {
  Shape shape = paxos_shape(4);
  shape.in_flight = 8;
  Transactions cluster(shape, {.seed = 7, .delay = Faults::Delay::uniform, .delay_most_ns = 9});
  for (Operation first = 0; first < 64; first += 8) {
    for (Operation k = first; k < first + 8; ++k) cluster.propose(k);
    cluster.run();
  }
  cluster.expect_end();
  for (const auto& answer : cluster.history().answered) EXPECT_EQ(answer.outcome, commit::committed);
  EXPECT_EQ(cluster.history().answered.size(), 4U * 64);
  EXPECT_EQ(cluster.traffic().messages_sent, 64 * 12);
}

/// The leader never waits for a manager to say how far it has learned, as long as messages keep their order.
TEST(PaxosCommit, EndsTransactionsAsTheyAreDecided) {
  for (const int in_flight : {1, 2, 3, 7}) {
    Shape shape = paxos_shape(5);
    shape.in_flight = in_flight;
    Transactions cluster(shape, {.seed = 3, .delay = Faults::Delay::exponential, .delay_most_ns = 40, .fifo = true}, 200);
    Operation oldest = 0, next = 0;
    while (oldest < 200) {
      while (next < 200 && next < oldest + in_flight) cluster.propose(next++);
      cluster.step();
      while (oldest < next && cluster.has_ended(oldest)) ++oldest;
    }
    const auto& reached = cluster.history().reached;
    for (std::size_t i = 0; i < reached.size(); ++i)
      if (reached[i].mark == coordbench::paxos_commit::decided) {
        ASSERT_LT(i + 1, reached.size());
        EXPECT_EQ(reached[i + 1].mark, coordbench::paxos_commit::ended);
        EXPECT_EQ(reached[i + 1].operation, reached[i].operation);
      }
    cluster.run();
    EXPECT_EQ(cluster.traffic().messages_sent, 200 * 16) << in_flight;
  }
}

TEST(PaxosCommit, AcceptsTheDueOutcomeOfTheTransactionItselfAndNothingElse) {
  const Shape all_yes = paxos_shape(3), one_no = paxos_shape(3, {{"no_votes", 1}});
  EXPECT_TRUE(PaxosCommit::accepts(all_yes, 5, {.outcome = commit::committed}));
  EXPECT_FALSE(PaxosCommit::accepts(all_yes, 5, {.outcome = commit::aborted}));
  EXPECT_FALSE(PaxosCommit::accepts(all_yes, 5, {.outcome = commit::committed, .of = 4}));
  EXPECT_TRUE(PaxosCommit::accepts(one_no, 5, {.outcome = commit::aborted}));
  EXPECT_FALSE(PaxosCommit::accepts(all_yes, 5, {})) << "undecided";
}

TEST(PaxosCommit, BearsAsManyFaultsAsThereAreAcceptors) {
  EXPECT_EQ(Group(paxos_shape(1)).faults, 0);
  EXPECT_EQ(Group(paxos_shape(2)).faults, 0);
  EXPECT_EQ(Group(paxos_shape(3)).faults, 1);
  EXPECT_EQ(Group(paxos_shape(64)).faults, 1);
  EXPECT_EQ(PaxosCommit::unfit(paxos_shape(2)), "");
  EXPECT_NE(PaxosCommit::unfit(paxos_shape(2, {{"faults", 1}})), "");
  EXPECT_EQ(PaxosCommit::unfit(paxos_shape(7, {{"faults", 3}})), "");
  EXPECT_NE(PaxosCommit::unfit(paxos_shape(7, {{"faults", 4}})), "");
  EXPECT_NE(PaxosCommit::unfit(paxos_shape(3, {{"no_votes", 3}})), "") << "of two managers";
}

TEST(PaxosCommit, SaysWhatItHasToSayInOneCacheLine) { EXPECT_LE(sizeof(PaxosCommit::Message), 32U); }

}  // namespace
}  // namespace coordbench::testing::paxos_commit_test
