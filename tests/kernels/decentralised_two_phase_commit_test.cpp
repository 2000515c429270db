#include "kernels/decentralised_two_phase_commit.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/transactions.hpp"
#include "tests/safety/decentralised_two_phase_commit/safety.hpp"

namespace coordbench::testing::decentralised_two_phase_commit_test {
namespace {

using decentralised_two_phase_commit::Safety;
using Commit = DecentralisedTwoPhaseCommit;
using Kind = Commit::Kind;
using Transactions = commitment::Transactions<Safety>;
using commitment::run_one;

Shape vote_shape(int ranks, const Settings& set = {}, int in_flight = 1) {
  Shape shape = shape_of<Commit>(ranks, 8, set);
  shape.in_flight = in_flight;
  return shape;
}

/// Its messages, and for each mark the ranks that have it once and the greatest delay.
void expect_cost(const Transactions& cluster, Operation k, Range delays) {
  const Shape& shape = cluster.shape();
  EXPECT_EQ(Range(cluster.messages_of(k)), Commit::cost(shape, k).messages);
  for (const int mark : {Commit::decided, Commit::ended}) {
    std::multiset<Rank> ranks;
    int deepest = 0;
    for (const auto& it : cluster.history().reached)
      if (it.operation == k && it.mark == mark) ranks.insert(it.rank), deepest = std::max(deepest, it.depth);
    EXPECT_EQ(ranks.size(), std::set<Rank>(ranks.begin(), ranks.end()).size());
    EXPECT_EQ(ranks.size(), static_cast<std::size_t>(shape.ranks));
    EXPECT_GE(deepest, delays.least) << "mark " << mark;
    EXPECT_LE(deepest, delays.most) << "mark " << mark;
  }
}

/// Where all messages take as long, no vote arrives before rank 0's: two delays exactly.
TEST(DecentralisedTwoPhaseCommit, CostsTwoDelaysWhereNothingIsOvertaken) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t no_votes : {0, 1, ranks / 2, ranks - 1}) {
      if (no_votes >= ranks) continue;
      const auto cluster = run_one<Safety>(vote_shape(ranks, {{"no_votes", no_votes}}));
      expect_cost(*cluster, 0, ranks > 1 ? 2 : 0);
    }
}

TEST(DecentralisedTwoPhaseCommit, DeclaresTwoDelaysToN) {
  EXPECT_EQ(Commit::cost(vote_shape(1), 0).delays[Commit::decided], Range(0));
  EXPECT_EQ(Commit::cost(vote_shape(2), 0).delays[Commit::decided], Range(2));
  EXPECT_EQ(Commit::cost(vote_shape(5), 0).delays[Commit::decided], Range(2, 5));
  EXPECT_EQ(Commit::cost(vote_shape(5), 0).delays[Commit::ended], Range(2, 5));
}

TEST(DecentralisedTwoPhaseCommit, CostsWhatItDeclaresHoweverLongMessagesTake) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      const Shape shape = vote_shape(ranks, {{"no_votes", seed % 2 == 0 ? ranks / 2 : 0}});
      Transactions cluster(shape, {.seed = seed, .delay = Faults::Delay::heavy_tail, .delay_most_ns = 500}, 1);
      cluster.propose(0);
      cluster.run();
      cluster.expect_end();
      expect_cost(cluster, 0, Commit::cost(shape, 0).delays[Commit::decided]);
    }
}

/// Transactions of a window overtake each other, and no link keeps its order.
TEST(DecentralisedTwoPhaseCommit, CostsWhatItDeclaresWhenTransactionsAreInFlight) {
  for (const int in_flight : {1, 2, 8})
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const Shape shape = vote_shape(5, {{"no_votes", static_cast<std::int64_t>(seed % 3)}}, in_flight);
      Transactions cluster(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50});
      for (Operation next = 0, oldest = 0; oldest < 64;) {
        while (next < 64 && next < oldest + in_flight) cluster.propose(next++);
        ASSERT_TRUE(cluster.step());
        while (oldest < next && cluster.has_ended(oldest)) ++oldest;
      }
      cluster.run();
      cluster.expect_end();
      for (Operation k = 0; k < 64; ++k) expect_cost(cluster, k, Range(2, 5));
      EXPECT_EQ(cluster.traffic().messages_sent, 64 * 5 * 4);
    }
}

/// A machine by itself, and whether a step made it vote.
struct Site {
  Site(const Shape& shape, Rank rank) : machine(shape, rank), out(bounds_of<Commit>(shape, rank)) {}
  bool hear(Rank from, Operation k, Kind kind = Kind::vote_yes) {
    out.clear();
    machine.step(from, Commit::Message::of(k, kind), {}, out);
    const auto sent = out.envelopes();
    return std::any_of(sent.begin(), sent.end(), [](const auto& envelope) { return envelope.message.count > 0; });
  }
  Commit machine;
  Outbox<Commit::Message> out;
};

/// Rank 0's vote reaches each rank only after the vote of the rank before, so that every vote is one delay later.
TEST(DecentralisedTwoPhaseCommit, SomeOrdersOfArrivalMakeNDelays) {
  constexpr int kRanks = 6;
  int deepest = 0;
  for (std::uint64_t seed = 1; seed <= 20'000 && deepest < kRanks; ++seed) {
    Transactions cluster(vote_shape(kRanks), {.seed = seed, .delay = Faults::Delay::heavy_tail, .delay_most_ns = 5000}, 1);
    cluster.propose(0);
    cluster.run();
    deepest = std::max(deepest, cluster.history().deepest(Commit::decided));
  }
  EXPECT_EQ(deepest, kRanks);
}

TEST(DecentralisedTwoPhaseCommit, VotesOnceItKnowsAllVotesOfTheWindowBefore) {
  Site site(vote_shape(4, {}, 2), 1);
  EXPECT_TRUE(site.hear(0, 0));
  EXPECT_TRUE(site.hear(0, 1));
  EXPECT_FALSE(site.hear(2, 0));
  EXPECT_FALSE(site.hear(0, 2)) << "it does not know rank 3's vote on transaction 0";
  EXPECT_FALSE(site.hear(2, 1));
  EXPECT_FALSE(site.hear(3, 1)) << "transaction 3 waits for transaction 1, which has ended, and has not been brought";
  EXPECT_TRUE(site.hear(3, 0)) << "now it votes on transaction 2";
  EXPECT_TRUE(site.hear(0, 3));
}

TEST(DecentralisedTwoPhaseCommit, PassesOverWhatIsSaidOfTheTransactionThatHadTheSlotBefore) {
  Site site(vote_shape(2), 1);
  for (const Operation k : {0, 1}) EXPECT_TRUE(site.hear(0, k));
  EXPECT_TRUE(site.hear(0, 2));
  EXPECT_FALSE(site.hear(0, 0)) << "a late copy";
  EXPECT_EQ(site.machine.answer(0).outcome, commit::undecided) << "forgotten";
  EXPECT_EQ(site.machine.answer(2).outcome, commit::committed);
}

TEST(DecentralisedTwoPhaseCommit, TellsTheStoryOfACommit) {
  EXPECT_EQ(run_one<Safety>(vote_shape(3))->conversation(),
            "   0  0 → 1  vote yes 0\n"
            "   0  0 → 2  vote yes 0\n"
            "   1  1 → 2  vote yes 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   1  2 → 0  vote yes 0\n"
            "   1  2 → 1  vote yes 0\n");
}

TEST(DecentralisedTwoPhaseCommit, TellsTheStoryOfANo) {
  const auto cluster = run_one<Safety>(vote_shape(3, {{"no_votes", 1}}));
  EXPECT_EQ(cluster->conversation(),
            "   0  0 → 1  vote yes 0\n"
            "   0  0 → 2  vote yes 0\n"
            "   1  1 → 2  vote yes 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   1  2 → 0  vote no 0\n"
            "   1  2 → 1  vote no 0\n");
  ASSERT_EQ(cluster->history().answered.size(), 3U);
  EXPECT_EQ(cluster->history().answered[0].rank, 2) << "the one that votes no decides first";
  for (const auto& it : cluster->history().answered) EXPECT_EQ(it.outcome, commit::aborted);
}

TEST(DecentralisedTwoPhaseCommit, TellsTheStoryOfALostRequest) {
  Transactions cluster(vote_shape(3, {{"timeout_us", 1}}), {}, 1);
  cluster.propose_without(0, 2);
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  vote yes 0\n"
            "   0  0 → 2  vote yes 0  (cut off)\n"
            "   1  1 → 2  vote yes 0\n"
            "   1  1 → 0  vote yes 0\n"
            "1000  0 → 2  inquire 0\n"  // with the transaction
            "1001  1 → 2  inquire 0\n"
            "1001  2 → 0  vote yes 0\n"
            "1001  2 → 1  vote yes 0\n"
            "1002  2 → 1  vote yes 0 again\n");
  EXPECT_EQ(cluster.counted(), 6) << "what is sent again is background";
}

TEST(DecentralisedTwoPhaseCommit, TellsTheStoryOfARankThatWasDown) {
  Transactions cluster(vote_shape(3, {{"timeout_us", 1}}), {}, 1);
  cluster.propose(0);
  cluster.run_until(1);
  cluster.crash(2);
  cluster.run_until(500);
  cluster.restart(2);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  vote yes 0\n"
            "   0  0 → 2  vote yes 0\n"
            "   1  1 → 2  vote yes 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   1  2 → 0  vote yes 0\n"
            "   1  2 → 1  vote yes 0\n"
            "   1  2 crashes\n"
            " 500  2 is back\n"  // it finds its yes and rank 0's in its log
            " 500  2 → 1  inquire 0\n"
            " 501  1 → 2  vote yes 0 again\n");
}

/// A transaction of which one participant goes down at an instant, and is back after a thousand time-outs.
void expect_that_it_blocks(int ranks, Rank down, Time from, std::size_t decided_meanwhile) {
  Transactions cluster(vote_shape(ranks, {{"timeout_us", 1}}), {}, 1);
  cluster.propose(0);
  cluster.run_until(from);
  cluster.crash(down);
  cluster.run_until(1'000'000);
  EXPECT_EQ(cluster.history().answered.size(), decided_meanwhile);
  EXPECT_GE(cluster.spoken(Kind::inquire), decided_meanwhile > 0 ? 0 : 900) << "its vote is still being asked for";
  cluster.restart(down);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.history().answered.size(), static_cast<std::size_t>(ranks));
  for (const auto& it : cluster.history().answered) EXPECT_EQ(it.outcome, commit::committed);
}

TEST(DecentralisedTwoPhaseCommit, BlocksWhileARankIsDown) {
  for (const int ranks : {2, 3, 6}) {
    for (Rank down = 1; down < ranks; ++down) expect_that_it_blocks(ranks, down, 0, 0);  // it has not voted
    expect_that_it_blocks(ranks, 0, 1, static_cast<std::size_t>(ranks) - 1);             // all others know its vote
  }
}

TEST(DecentralisedTwoPhaseCommit, BlocksUntilTheVotesOfADeadRankAreKnown) {
  Transactions cluster(vote_shape(4, {{"timeout_us", 1}}), {}, 1);
  cluster.crash_while_sending(2, 1);  // only rank 3 hears its vote
  cluster.propose(0);
  cluster.run_until(1'000'000);
  ASSERT_EQ(cluster.history().answered.size(), 1U);
  EXPECT_EQ(cluster.history().answered[0].rank, 3);
  cluster.restart(2);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.history().answered.size(), 4U);
}

TEST(DecentralisedTwoPhaseCommit, DoesNotBlockThoseThatKnowOfANo) {
  Transactions cluster(vote_shape(4, {{"timeout_us", 1}, {"no_votes", 1}}), {}, 1);
  cluster.propose(0);
  cluster.crash(1);
  cluster.run_until(1'000'000);
  EXPECT_EQ(cluster.history().answered.size(), 3U);
  for (const auto& it : cluster.history().answered) EXPECT_EQ(it.outcome, commit::aborted);
}

TEST(DecentralisedTwoPhaseCommit, AcceptsTheDueOutcomeOfTheTransactionItselfAndNothingElse) {
  const Shape all_yes = vote_shape(3), one_no = vote_shape(3, {{"no_votes", 1}});
  EXPECT_TRUE(Commit::accepts(all_yes, 5, {.outcome = commit::committed}));
  EXPECT_FALSE(Commit::accepts(all_yes, 5, {.outcome = commit::committed, .of = 4}));
  EXPECT_FALSE(Commit::accepts(all_yes, 5, {})) << "undecided";
  EXPECT_TRUE(Commit::accepts(one_no, 5, {.outcome = commit::aborted}));
  EXPECT_FALSE(Commit::accepts(one_no, 5, {.outcome = commit::committed}));
}

TEST(DecentralisedTwoPhaseCommit, RefusesWhatItCannotBear) {
  EXPECT_EQ(Commit::unfit(vote_shape(3, {{"no_votes", 2}})), "");
  EXPECT_NE(Commit::unfit(vote_shape(3, {{"no_votes", 3}})), "") << "rank 0 votes yes";
  EXPECT_EQ(Commit::unfit(vote_shape(32767)), "");
  EXPECT_NE(Commit::unfit(vote_shape(32768)), "");
}

}  // namespace
}  // namespace coordbench::testing::decentralised_two_phase_commit_test
