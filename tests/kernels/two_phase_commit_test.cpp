#include "kernels/two_phase_commit.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/two_phase_commit_invariants.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing {
namespace {

using Settings = std::vector<std::pair<std::string_view, std::int64_t>>;

Shape commit_shape(int ranks, const Settings& set = {}) { return shape_of<Commit>(ranks, 8, set); }

/// One transaction on a perfect network, to its rest.
std::unique_ptr<Cluster<Commit>> run_one(const Shape& shape) {
  auto cluster = std::make_unique<Cluster<Commit>>(shape, Faults{}, describe);
  cluster->demand(commit_invariants(shape.ranks - 1));
  cluster->propose(0);
  cluster->run();
  return cluster;
}

void expect_declared_costs(const Shape& shape) {
  const auto cluster = run_one(shape);
  EXPECT_EQ(cluster->traffic().messages_sent, Commit::messages(shape)) << "N = " << shape.ranks;
  for (int mark = 0; mark < static_cast<int>(Commit::marks.size()); ++mark)
    EXPECT_EQ(cluster->deepest(mark), Commit::delays(shape, mark)) << "N = " << shape.ranks << ", mark " << mark;
}

TEST(TwoPhaseCommit, CostsWhatItDeclaresForEveryVariantAndN) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t variant : {Commit::presumed_nothing, Commit::presumed_abort, Commit::presumed_commit})
      expect_declared_costs(commit_shape(ranks, {{"variant", variant}}));
}

TEST(TwoPhaseCommit, CostsWhatItDeclaresWithReadersAndNoVotes) {
  for (int ranks = 2; ranks <= 9; ++ranks)
    for (const std::int64_t variant : {Commit::presumed_nothing, Commit::presumed_abort, Commit::presumed_commit})
      for (std::int64_t read_only = 0; read_only < ranks; ++read_only)
        for (std::int64_t no_votes = 0; read_only + no_votes < ranks; ++no_votes)
          expect_declared_costs(commit_shape(ranks, {{"variant", variant}, {"read_only", read_only}, {"no_votes", no_votes}}));
}

TEST(TwoPhaseCommit, CostsTheSameWhicheverVoteComesLast) {
  for (const std::uint64_t seed : seeds(300)) {
    const Shape shape = commit_shape(6, {{"variant", static_cast<std::int64_t>(seed % 3)}, {"no_votes", 1}, {"read_only", 1}});
    Cluster<Commit> cluster(shape, {.seed = seed, .delay_least = 1, .delay_most = 50}, describe);
    cluster.propose(0);
    cluster.run();
    EXPECT_EQ(cluster.traffic().messages_sent, Commit::messages(shape)) << "seed " << seed;
    for (int mark = 0; mark < 3; ++mark)
      EXPECT_EQ(cluster.deepest(mark), Commit::delays(shape, mark)) << "seed " << seed << ", mark " << mark;
  }
}

TEST(TwoPhaseCommit, CostsByHandAtFiveRanks) {  // n = 4 participants
  const auto messages = [](const Settings& set) { return run_one(commit_shape(5, set))->traffic().messages_sent; };
  EXPECT_EQ(messages({}), 16);                                                      // 4n
  EXPECT_EQ(messages({{"variant", Commit::presumed_commit}}), 12);                  // 3n
  EXPECT_EQ(messages({{"read_only", 4}}), 8);                                       // 2n
  EXPECT_EQ(messages({{"read_only", 1}}), 14);                                      // 2r + 4(n - r)
  EXPECT_EQ(messages({{"no_votes", 1}}), 14);                                       // 2n + 2 for each of 3 yes
  EXPECT_EQ(messages({{"no_votes", 1}, {"variant", Commit::presumed_abort}}), 11);  // 2n + 1 for each of 3 yes
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
  EXPECT_EQ(run_one(commit_shape(3, {{"variant", Commit::presumed_abort}, {"no_votes", 1}}))->conversation(),
            "   0  0 → 1  prepare 0\n"
            "   0  0 → 2  prepare 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   1  2 → 0  vote no 0\n"
            "   2  0 → 1  abort 0\n");
}

TEST(TwoPhaseCommit, SomeReadersNeverLearnTheOutcome) {
  const Shape shape = commit_shape(4, {{"read_only", 2}});
  EXPECT_TRUE(Commit::answers(shape, 0));
  EXPECT_FALSE(Commit::answers(shape, 1));
  EXPECT_FALSE(Commit::answers(shape, 2));
  EXPECT_TRUE(Commit::answers(shape, 3));
  EXPECT_EQ(run_one(shape)->history().answered.size(), 2U);
}

TEST(TwoPhaseCommit, CommitsWhateverIsProposedWhenNothingFails) {  // AC4
  for (const std::uint64_t seed : seeds(200)) {
    const Shape shape = commit_shape(2 + static_cast<int>(seed % 5));
    Cluster<Commit> cluster(shape, {.seed = seed, .delay_least = 1, .delay_most = 50}, describe);
    cluster.demand(commit_invariants(shape.ranks - 1));
    for (Operation k = 0; k < 20; ++k) {
      cluster.propose(k);
      cluster.run();
    }
    EXPECT_TRUE(ac4_everyone_committed(cluster.history(), 20)) << "seed " << seed;
  }
}

TEST(TwoPhaseCommit, RefusesMoreReadersThanParticipants) {
  EXPECT_EQ(Commit::unfit(commit_shape(3, {{"read_only", 2}})), "");
  EXPECT_NE(Commit::unfit(commit_shape(3, {{"read_only", 2}, {"no_votes", 1}})), "");
}

/// A lossy, duplicating, reordering network that heals, with time-outs: safe throughout, and everyone decides in the end.
void survive(std::uint64_t seed, std::int64_t variant) {
  const Shape shape = commit_shape(2 + static_cast<int>(seed % 4),
                                   {{"variant", variant}, {"timeout_us", 1}, {"no_votes", seed % 3 == 0 ? 1 : 0}});
  Cluster<Commit> cluster(
      shape, {.seed = seed, .delay_least = 1, .delay_most = 900, .loss = 0.2, .duplication = 0.1, .heals_at = 60'000},
      describe);
  cluster.demand(commit_invariants(shape.ranks - 1));
  for (Operation k = 0; k < 4; ++k) {
    cluster.propose(k);
    cluster.run_until((k + 1) * 40'000);
  }
  cluster.run();
  EXPECT_TRUE(ac5_everyone_decided(cluster.history(), 4, shape)) << "seed " << seed << "\n" << cluster.conversation(40);
}

TEST(TwoPhaseCommit, SurvivesLossAndDuplicationInEveryVariant) {  // AC1, AC2, AC3, AC5
  for (const std::uint64_t seed : seeds(1000))
    for (const std::int64_t variant : {Commit::presumed_nothing, Commit::presumed_abort, Commit::presumed_commit})
      ASSERT_NO_THROW(survive(seed, variant));
}

/// Runs until every vote is on its way, kills the coordinator, and waits a thousand time-outs.
std::unique_ptr<Cluster<Commit>> coordinator_dies_after_the_votes(const Shape& shape) {
  auto cluster = std::make_unique<Cluster<Commit>>(shape, Faults{}, describe);
  cluster->demand(commit_invariants(shape.ranks - 1));
  cluster->propose(0);
  const auto asked = static_cast<std::size_t>(shape.ranks) - 1;
  while (cluster->history().sent.size() < 2 * asked) cluster->step();
  cluster->crash(0);
  cluster->run_until(1'000'000);
  return cluster;
}

TEST(TwoPhaseCommit, BlocksWhenTheCoordinatorDiesAfterTheVotes) {
  const auto cluster = coordinator_dies_after_the_votes(commit_shape(4, {{"timeout_us", 1}}));
  EXPECT_TRUE(cluster->history().answered.empty()) << "nobody may decide alone:\n" << cluster->conversation(20);
  const auto inquiries = std::count_if(cluster->history().sent.begin(), cluster->history().sent.end(),
                                       [](const auto& spoken) { return spoken.message.kind == Commit::Kind::inquire; });
  EXPECT_GE(inquiries, 3 * 900) << "every participant is still asking";
}

TEST(TwoPhaseCommit, DoesNotBlockTheOneThatVotedNo) {
  const auto cluster = coordinator_dies_after_the_votes(commit_shape(4, {{"timeout_us", 1}, {"no_votes", 1}}));
  ASSERT_EQ(cluster->history().answered.size(), 1U);
  EXPECT_EQ(cluster->history().answered[0].rank, 3);
  EXPECT_EQ(cluster->history().answered[0].outcome, Commit::aborted);
}

TEST(TwoPhaseCommit, KeepsTransactionsInFlightApart) {
  Shape shape = commit_shape(4);
  shape.in_flight = 8;
  Cluster<Commit> cluster(shape, {.seed = 7, .delay_least = 1, .delay_most = 9}, describe);
  cluster.demand(commit_invariants(3));
  for (Operation first = 0; first < 64; first += 8) {
    for (Operation k = first; k < first + 8; ++k) cluster.propose(k);
    cluster.run();
  }
  EXPECT_TRUE(ac4_everyone_committed(cluster.history(), 64));
  EXPECT_EQ(cluster.traffic().messages_sent, 64 * Commit::messages(shape));
}

}  // namespace
}  // namespace coordbench::testing
