#include "kernels/linear_two_phase_commit.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/transactions.hpp"
#include "tests/safety/linear_two_phase_commit/safety.hpp"

namespace coordbench::testing::linear_two_phase_commit_test {
namespace {

using linear_two_phase_commit::Safety;
using Commit = LinearTwoPhaseCommit;
using Kind = Commit::Kind;
using Transactions = commitment::Transactions<Safety>;
using commitment::run_one;

Shape chain_shape(int ranks, const Settings& set = {}) { return shape_of<Commit>(ranks, 8, set); }

TEST(LinearTwoPhaseCommit, CostsWhatItDeclaresWhoeverIsTheFirstToVoteNo) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (std::int64_t no_votes = 0; no_votes < ranks; ++no_votes)
      commitment::expect_declared_costs<Safety>(chain_shape(ranks, {{"no_votes", no_votes}}));
}

TEST(LinearTwoPhaseCommit, CostsByHandAtFiveRanks) {  // n = 4
  for (const auto& [no_votes, m] : {std::pair{0, 4}, {1, 4}, {2, 3}, {4, 1}}) {
    const auto cluster = run_one<Safety>(chain_shape(5, {{"no_votes", no_votes}}));
    EXPECT_EQ(cluster->traffic().messages_sent, 2 * m) << no_votes;
    EXPECT_EQ(cluster->history().deepest(Commit::decided), m) << no_votes;
    EXPECT_EQ(cluster->history().deepest(Commit::learned), 2 * m) << no_votes;
    EXPECT_EQ(cluster->history().answered.size(), static_cast<std::size_t>(m) + 1) << "all that were asked have learned";
  }
}

TEST(LinearTwoPhaseCommit, CostsTheSameHoweverLongMessagesTake) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Shape shape = chain_shape(6, {{"no_votes", static_cast<std::int64_t>(seed % 6)}});
    Transactions cluster(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50});
    cluster.propose(0);
    cluster.run();
    commitment::expect_cost(cluster, fmt::format("seed {}", seed));
  }
}

TEST(LinearTwoPhaseCommit, TellsTheStoryOfACommit) {
  EXPECT_EQ(run_one<Safety>(chain_shape(3))->conversation(),
            "   0  0 → 1  prepare 0\n"
            "   1  1 → 2  prepare 0\n"
            "   2  2 → 1  commit 0\n"
            "   3  1 → 0  commit 0\n");
}

TEST(LinearTwoPhaseCommit, TellsTheStoryOfANo) {
  EXPECT_EQ(run_one<Safety>(chain_shape(5, {{"no_votes", 3}}))->conversation(),
            "   0  0 → 1  prepare 0\n"
            "   1  1 → 2  prepare 0\n"
            "   2  2 → 1  abort 0\n"  // ranks 3 and 4 never hear of it
            "   3  1 → 0  abort 0\n");
}

TEST(LinearTwoPhaseCommit, TellsTheStoryOfALostDecision) {
  Transactions cluster(chain_shape(3, {{"timeout_us", 1}}), {}, 1);
  cluster.propose_without(1, 0);
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  prepare 0\n"
            "   1  1 → 2  prepare 0\n"
            "   2  2 → 1  commit 0\n"
            "   3  1 → 0  commit 0  (cut off)\n"
            "1000  0 → 1  prepare 0 again\n"
            "1001  1 → 0  commit 0 again\n");
  EXPECT_EQ(cluster.counted(), 4) << "what is sent again is background";
}

TEST(LinearTwoPhaseCommit, TellsTheStoryOfARankThatWasDown) {
  Transactions cluster(chain_shape(3, {{"timeout_us", 1}}), {}, 1);
  cluster.propose(0);
  cluster.run_until(1);
  cluster.crash(1);
  cluster.run_until(1500);
  cluster.restart(1);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  prepare 0\n"
            "   1  1 → 2  prepare 0\n"
            "   1  1 crashes\n"
            "   2  2 → 1  commit 0\n"
            "1000  0 → 1  prepare 0 again\n"
            "1500  1 is back\n"  // it finds its yes in its log
            "1500  1 → 2  prepare 0 again\n"
            "1501  2 → 1  commit 0 again\n"
            "1502  1 → 0  commit 0\n");
}

/// A transaction of which one participant goes down at an instant, and is back after a thousand time-outs.
void expect_that_it_blocks(int ranks, Rank down, Time from) {
  Transactions cluster(chain_shape(ranks, {{"timeout_us", 1}}), {}, 1);
  cluster.propose(0);
  cluster.run_until(from);
  cluster.crash(down);
  cluster.run_until(1'000'000);
  for (const auto& it : cluster.history().answered) EXPECT_GT(it.rank, down) << "nobody before it may decide";
  EXPECT_GE(cluster.spoken(Kind::prepare), 900) << "it is still being asked";
  cluster.restart(down);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.history().answered.size(), static_cast<std::size_t>(ranks));
  for (const auto& it : cluster.history().answered) EXPECT_EQ(it.outcome, commit::committed);
}

TEST(LinearTwoPhaseCommit, BlocksWhileARankIsDown) {
  for (const int ranks : {2, 3, 6})
    for (Rank down = 1; down < ranks; ++down) {
      expect_that_it_blocks(ranks, down, down - 1);                    // before it is asked
      if (down + 1 < ranks) expect_that_it_blocks(ranks, down, down);  // it has voted
    }
}

TEST(LinearTwoPhaseCommit, DoesNotBlockTheOneThatVotedNo) {
  Transactions cluster(chain_shape(4, {{"timeout_us", 1}, {"no_votes", 2}}), {}, 1);
  cluster.propose(0);
  cluster.run_until(1);
  cluster.crash(0);
  cluster.crash(1);
  cluster.run_until(1'000'000);
  ASSERT_EQ(cluster.history().answered.size(), 1U);
  EXPECT_EQ(cluster.history().answered[0].rank, 2);
  EXPECT_EQ(cluster.history().answered[0].outcome, commit::aborted);
}

TEST(LinearTwoPhaseCommit, AsksAgainAfterACrashInTheMiddleOfAsking) {
  Transactions cluster(chain_shape(3, {{"timeout_us", 1}}), {}, 1);
  cluster.crash_while_sending(1, 0);
  cluster.propose(0);
  cluster.run_until(500);
  EXPECT_FALSE(cluster.is_up(1));
  cluster.restart(1);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.history().answered.size(), 3U);
}

TEST(LinearTwoPhaseCommit, KeepsTransactionsInFlightApart) {
  Shape shape = chain_shape(4);
  shape.in_flight = 8;
  Transactions cluster(shape, {.seed = 7, .delay = Faults::Delay::uniform, .delay_most_ns = 9});
  for (Operation first = 0; first < 64; first += 8) {
    for (Operation k = first; k < first + 8; ++k) cluster.propose(k);
    cluster.run();
  }
  cluster.expect_end();
  EXPECT_EQ(cluster.history().answered.size(), 4U * 64);
  EXPECT_EQ(cluster.traffic().messages_sent, 64 * 6);
}

TEST(LinearTwoPhaseCommit, PassesOverWhatIsSaidOfTheTransactionThatHadTheSlotBefore) {
  const Shape shape = chain_shape(3);
  Commit machine(shape, 1);
  Outbox<Commit::Message> out{bounds_of<Commit>(shape, 1)};
  const auto hear = [&](Rank from, Operation k, Kind kind) {
    out.clear();
    machine.step(from, Commit::Message::of(k, kind), {}, out);
    return out.envelopes().size();
  };
  for (const Operation k : {0, 2}) {  // of two slots
    EXPECT_EQ(hear(0, k, Kind::prepare), 1U);
    EXPECT_EQ(hear(0, 0, Kind::prepare), 0U) << "a late copy";
    EXPECT_EQ(k > 0 ? hear(2, 0, Kind::abort) : 0, 0U) << "a late copy";
    EXPECT_EQ(machine.answer(k).outcome, commit::undecided);
    EXPECT_EQ(hear(2, k, Kind::commit), 1U);
    EXPECT_EQ(hear(2, k, Kind::abort), 0U) << "it is decided";
    EXPECT_EQ(machine.answer(k).outcome, commit::committed);
  }
  EXPECT_EQ(machine.answer(0).outcome, commit::undecided) << "forgotten";
}

TEST(LinearTwoPhaseCommit, AcceptsTheDueOutcomeOfTheTransactionItselfAndNothingElse) {
  const Shape all_yes = chain_shape(3), one_no = chain_shape(3, {{"no_votes", 1}});
  EXPECT_TRUE(Commit::accepts(all_yes, 5, {.outcome = commit::committed}));
  EXPECT_FALSE(Commit::accepts(all_yes, 5, {.outcome = commit::committed, .of = 4}));
  EXPECT_FALSE(Commit::accepts(all_yes, 5, {})) << "undecided";
  EXPECT_TRUE(Commit::accepts(one_no, 5, {.outcome = commit::aborted}));
  EXPECT_FALSE(Commit::accepts(one_no, 5, {.outcome = commit::committed}));
}

TEST(LinearTwoPhaseCommit, RefusesWhatItCannotBear) {
  EXPECT_EQ(Commit::unfit(chain_shape(3, {{"no_votes", 2}})), "");
  EXPECT_NE(Commit::unfit(chain_shape(3, {{"no_votes", 3}})), "") << "rank 0 votes yes";
  EXPECT_EQ(Commit::unfit(chain_shape(16384)), "");
  EXPECT_NE(Commit::unfit(chain_shape(16385)), "");
}

}  // namespace
}  // namespace coordbench::testing::linear_two_phase_commit_test
