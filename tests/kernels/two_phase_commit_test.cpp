#include "kernels/two_phase_commit.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/two_phase_commits.hpp"

namespace coordbench::testing::two_phase_commit_test {
namespace {

using namespace two_phase_commit;

TEST(TwoPhaseCommit, CostsWhatItDeclaresForEveryVariantAndN) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t variant : {commit::presumed_nothing, commit::presumed_abort, commit::presumed_commit})
      expect_declared_costs(commit_shape(ranks, {{"variant", variant}}));
}

TEST(TwoPhaseCommit, CostsWhatItDeclaresWithReadersAndNoVotes) {
  for (int ranks = 2; ranks <= 9; ++ranks)
    for (const std::int64_t variant : {commit::presumed_nothing, commit::presumed_abort, commit::presumed_commit})
      for (std::int64_t read_only = 0; read_only < ranks; ++read_only)
        for (std::int64_t no_votes = 0; read_only + no_votes < ranks; ++no_votes)
          expect_declared_costs(commit_shape(ranks, {{"variant", variant}, {"read_only", read_only}, {"no_votes", no_votes}}));
}

TEST(TwoPhaseCommit, CostsTheSameWhicheverVoteComesLast) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Shape shape = commit_shape(6, {{"variant", static_cast<std::int64_t>(seed % 3)},
                                         {"order", static_cast<std::int64_t>(seed / 3 % 2)},
                                         {"no_votes", 1},
                                         {"read_only", 1}});
    Transactions cluster(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50});
    cluster.propose(0);
    cluster.run();
    expect_cost(cluster, fmt::format("seed {}", seed));
  }
}

TEST(TwoPhaseCommit, CostsByHandAtFiveRanks) {  // n = 4 participants
  const auto messages = [](const Settings& set) { return run_one(commit_shape(5, set))->traffic().messages_sent; };
  EXPECT_EQ(messages({}), 16);                                                      // 4n
  EXPECT_EQ(messages({{"variant", commit::presumed_commit}}), 12);                  // 3n
  EXPECT_EQ(messages({{"read_only", 4}}), 8);                                       // 2n
  EXPECT_EQ(messages({{"read_only", 1}}), 14);                                      // 2r + 4(n - r)
  EXPECT_EQ(messages({{"no_votes", 1}}), 14);                                       // 2n + 2 for each of 3 yes
  EXPECT_EQ(messages({{"no_votes", 1}, {"variant", commit::presumed_abort}}), 11);  // 2n + 1 for each of 3 yes
  EXPECT_EQ(messages({{"no_votes", 4}}), 8);                                        // nobody waits for the decision
}

TEST(TwoPhaseCommit, TellsTheStoryOfACommit) {
  EXPECT_EQ(run_one(commit_shape(3))->conversation(),
            "   0  0 → 1  prepare 0\n"
            "   0  0 → 2  prepare 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   1  2 → 0  vote yes 0\n"
            "   2  0 → 1  commit 0\n"
            "   2  0 → 2  commit 0\n"
            "   3  1 → 0  acknowledge 0\n"
            "   3  2 → 0  acknowledge 0\n");
}

TEST(TwoPhaseCommit, TellsTheStoryOfAPresumedAbort) {
  EXPECT_EQ(run_one(commit_shape(3, {{"variant", commit::presumed_abort}, {"no_votes", 1}}))->conversation(),
            "   0  0 → 1  prepare 0\n"
            "   0  0 → 2  prepare 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   1  2 → 0  vote no 0\n"
            "   2  0 → 1  abort 0\n");
}

TEST(TwoPhaseCommit, SomeReadersNeverLearnTheOutcome) {
  const Shape shape = commit_shape(4, {{"read_only", 2}});
  for (Rank rank = 0; rank < 4; ++rank) EXPECT_EQ(reaches<Commit>(shape, commit::learned, rank, 0), rank == 3) << rank;
  EXPECT_EQ(run_one(shape)->history().answered.size(), 2U);
}

TEST(TwoPhaseCommit, AcceptsTheDueOutcomeOfTheTransactionItselfAndNothingElse) {
  const Shape all_yes = commit_shape(3), one_no = commit_shape(3, {{"no_votes", 1}});
  EXPECT_TRUE(Commit::accepts(all_yes, 5, {.outcome = commit::committed}));
  EXPECT_FALSE(Commit::accepts(all_yes, 5, {.outcome = commit::aborted}));
  EXPECT_FALSE(Commit::accepts(all_yes, 5, {.outcome = commit::committed, .of = 4}));
  EXPECT_TRUE(Commit::accepts(one_no, 5, {.outcome = commit::aborted}));
  EXPECT_FALSE(Commit::accepts(one_no, 5, {.outcome = commit::committed}));
  EXPECT_FALSE(Commit::accepts(all_yes, 5, {})) << "undecided";
}

TEST(TwoPhaseCommit, RefusesMoreReadersThanParticipants) {
  EXPECT_EQ(Commit::unfit(commit_shape(3, {{"read_only", 2}})), "");
  EXPECT_NE(Commit::unfit(commit_shape(3, {{"read_only", 2}, {"no_votes", 1}})), "");
}

/// Runs until every vote is on its way, kills the coordinator, and waits for a while.
std::unique_ptr<Transactions> coordinator_dies_after_the_votes(const Shape& shape, Time until) {
  auto cluster = std::make_unique<Transactions>(shape, Faults{}, 1);
  cluster->propose(0);
  const auto asked = static_cast<std::size_t>(shape.ranks) - 1;
  while (cluster->history().sent.size() < 2 * asked) cluster->step();
  cluster->crash(0);
  cluster->run_until(until);
  return cluster;
}

TEST(TwoPhaseCommit, TellsTheStoryOfACoordinatorLostAfterTheVotes) {
  const auto cluster = coordinator_dies_after_the_votes(commit_shape(3, {{"timeout_us", 1}}), 2500);
  cluster->restart(0);
  cluster->run();
  cluster->expect_end();
  EXPECT_EQ(cluster->conversation(),
            "   0  0 → 1  prepare 0\n"
            "   0  0 → 2  prepare 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   1  2 → 0  vote yes 0\n"
            "   1  0 crashes\n"
            "1001  1 → 0  inquire 0\n"  // both are bound by their yes: they may ask, and nothing else
            "1001  2 → 0  inquire 0\n"
            "2001  1 → 0  inquire 0\n"
            "2001  2 → 0  inquire 0\n"
            "2500  0 is back\n"  // it finds no decision in its log, so none was told
            "2500  0 → 1  abort 0\n"
            "2500  0 → 2  abort 0\n"
            "2501  1 → 0  acknowledge 0\n"
            "2501  2 → 0  acknowledge 0\n");
}

TEST(TwoPhaseCommit, TellsTheStoryOfAParticipantThatMissedTheDecision) {
  Transactions cluster(commit_shape(3, {{"timeout_us", 1}, {"variant", commit::presumed_commit}}), {}, 1);
  cluster.propose(0);
  cluster.run_until(1);
  cluster.crash(2);
  cluster.run_until(100);
  cluster.restart(2);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  prepare 0\n"
            "   0  0 → 2  prepare 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   1  2 → 0  vote yes 0\n"
            "   1  2 crashes\n"
            "   2  0 → 1  commit 0\n"
            "   2  0 → 2  commit 0\n"
            " 100  2 is back\n"  // it finds its yes in its log
            " 100  2 → 0  inquire 0\n"
            " 101  0 → 2  commit 0\n");  // of what the coordinator has forgotten, commit is presumed
}

TEST(TwoPhaseCommit, BlocksWhenTheCoordinatorDiesAfterTheVotes) {
  const auto cluster = coordinator_dies_after_the_votes(commit_shape(4, {{"timeout_us", 1}}), 1'000'000);
  EXPECT_TRUE(cluster->history().answered.empty()) << "nobody may decide alone";
  EXPECT_GE(cluster->spoken(Commit::Kind::inquire), 3 * 900) << "every participant is still asking";
}

TEST(TwoPhaseCommit, DoesNotBlockTheOneThatVotedNo) {
  const auto cluster = coordinator_dies_after_the_votes(commit_shape(4, {{"timeout_us", 1}, {"no_votes", 1}}), 1'000'000);
  ASSERT_EQ(cluster->history().answered.size(), 1U);
  EXPECT_EQ(cluster->history().answered[0].rank, 3);
  EXPECT_EQ(cluster->history().answered[0].outcome, commit::aborted);
}

TEST(TwoPhaseCommit, TellsADecisionAgainAfterACrashInTheMiddleOfTellingIt) {
  Transactions cluster(commit_shape(4, {{"timeout_us", 1}}), {}, 1);
  cluster.propose(0);
  cluster.crash_while_sending(0, 1);  // only one participant is told
  cluster.run_until(500);
  EXPECT_FALSE(cluster.is_up(0));
  EXPECT_EQ(cluster.history().answered.size(), 2U) << "the coordinator itself and the one it told";
  cluster.restart(0);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.history().answered.size(), 4U);
  for (const auto& answer : cluster.history().answered) EXPECT_EQ(answer.outcome, commit::committed);
}

TEST(TwoPhaseCommit, KeepsTransactionsInFlightApart) {
  Shape shape = commit_shape(4);
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

/// A coordinator of one participant by itself, and the marks that a step of it led to.
struct Coordinator {
  std::vector<int> propose(Operation k) {
    out.clear();
    machine.propose(k, {}, out);
    return marks();
  }
  std::vector<int> hear(Operation k, Commit::Kind kind) {
    out.clear();
    machine.step(1, Commit::Message::of(k, kind), {}, out);
    return marks();
  }
  [[nodiscard]] std::vector<int> marks() const {
    std::vector<int> reached;
    for (const auto& completion : out.completions()) reached.push_back(completion.mark);
    return reached;
  }

  Shape shape = commit_shape(2);
  Commit machine{shape, 0};
  Outbox<Commit::Message> out{bounds_of<Commit>(shape, 0)};
};

TEST(TwoPhaseCommit, PassesOverWhatIsSaidOfTheTransactionThatHadTheSlotBefore) {
  using Kind = Commit::Kind;
  using Marks = std::vector<int>;
  Coordinator coordinator;
  const auto slots = static_cast<Operation>(commit::Log::length(coordinator.shape));
  for (Operation k = 0; k < slots; ++k) {
    EXPECT_EQ(coordinator.propose(k), Marks{});
    EXPECT_EQ(coordinator.hear(k, Kind::vote_yes), Marks{commit::decided});
    EXPECT_EQ(coordinator.hear(k, Kind::acknowledge), Marks{commit::ended});
  }
  EXPECT_EQ(coordinator.propose(slots), Marks{});
  EXPECT_EQ(coordinator.hear(0, Kind::vote_yes), Marks{}) << "a late copy";
  EXPECT_EQ(coordinator.hear(slots, Kind::vote_yes), Marks{commit::decided});
  EXPECT_EQ(coordinator.hear(0, Kind::acknowledge), Marks{}) << "a late copy";
  EXPECT_EQ(coordinator.hear(slots, Kind::acknowledge), Marks{commit::ended});
}

}  // namespace
}  // namespace coordbench::testing::two_phase_commit_test
