#include "kernels/three_phase_commit.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/three_phase_commits.hpp"

namespace coordbench::testing::three_phase_commit_test {
namespace {

using namespace three_phase_commit;
using Kind = Commit::Kind;

TEST(ThreePhaseCommit, CostsWhatItDeclaresForEveryN) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t acknowledged : {0, 1})
      for (const std::int64_t timeout_us : {0, 1})
        expect_declared_costs(commit_shape(ranks, {{"final_acknowledgement", acknowledged}, {"timeout_us", timeout_us}}));
}

TEST(ThreePhaseCommit, CostsWhatItDeclaresWithReadersAndNoVotes) {
  for (int ranks = 2; ranks <= 9; ++ranks)
    for (const std::int64_t acknowledged : {0, 1})
      for (std::int64_t read_only = 0; read_only < ranks; ++read_only)
        for (std::int64_t no_votes = 0; read_only + no_votes < ranks; ++no_votes)
          expect_declared_costs(
              commit_shape(ranks, {{"final_acknowledgement", acknowledged}, {"read_only", read_only}, {"no_votes", no_votes}}));
}

TEST(ThreePhaseCommit, CostsTheSameWhateverTheDelays) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Shape shape = commit_shape(6, {{"final_acknowledgement", static_cast<std::int64_t>(seed % 2)},
                                         {"no_votes", static_cast<std::int64_t>(seed / 2 % 2)},
                                         {"read_only", 1}});
    Transactions cluster(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50});
    cluster.propose(0);
    cluster.run();
    expect_cost(cluster, fmt::format("seed {}", seed));
  }
}

/// Messages, and the delays of decided, learned and ended.
struct Expected {
  Settings set;
  std::int64_t messages, decided, learned, ended;
};

TEST(ThreePhaseCommit, CostsByHandAtFiveRanks) {  // n = 4 participants
  const std::vector<Expected> all{
      {{}, 20, 4, 5, 4},                                                // 5n
      {{{"final_acknowledgement", 1}}, 24, 4, 5, 6},                    // 6n
      {{{"read_only", 1}}, 17, 4, 5, 4},                                // 2n + 3 for each of 3 that wait
      {{{"read_only", 4}, {"final_acknowledgement", 1}}, 8, 2, -1, 2},  // 2n: nobody waits
      {{{"no_votes", 1}}, 11, 2, 3, 2},                                 // 2n + y, 3 said yes
      {{{"no_votes", 1}, {"final_acknowledgement", 1}}, 14, 2, 3, 4},   // 2n + 2y
      {{{"no_votes", 4}, {"final_acknowledgement", 1}}, 8, 2, 1, 2}};   // nobody waits for the decision
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto cluster = run_one(commit_shape(5, all[i].set));
    EXPECT_EQ(cluster->traffic().messages_sent, all[i].messages) << i;
    EXPECT_EQ(cluster->history().deepest(three_phase::decided), all[i].decided) << i;
    EXPECT_EQ(cluster->history().deepest(three_phase::learned), all[i].learned) << i;
    EXPECT_EQ(cluster->history().deepest(three_phase::ended), all[i].ended) << i;
  }
}

TEST(ThreePhaseCommit, TellsTheStoryOfACommit) {
  EXPECT_EQ(run_one(commit_shape(3, {{"final_acknowledgement", 1}}))->conversation(),
            "   0  0 → 1  vote request 0\n"
            "   0  0 → 2  vote request 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   1  2 → 0  vote yes 0\n"
            "   2  0 → 1  pre-commit 0\n"
            "   2  0 → 2  pre-commit 0\n"
            "   3  1 → 0  acknowledge 0\n"
            "   3  2 → 0  acknowledge 0\n"
            "   4  0 → 1  commit 0\n"
            "   4  0 → 2  commit 0\n"
            "   5  1 → 0  acknowledge decision 0\n"
            "   5  2 → 0  acknowledge decision 0\n");
}

TEST(ThreePhaseCommit, TellsTheStoryOfAnAbort) {
  EXPECT_EQ(run_one(commit_shape(4, {{"no_votes", 1}, {"read_only", 1}}))->conversation(),
            "   0  0 → 1  vote request 0\n"
            "   0  0 → 2  vote request 0\n"
            "   0  0 → 3  vote request 0\n"
            "   1  1 → 0  vote read-only 0\n"
            "   1  2 → 0  vote yes 0\n"
            "   1  3 → 0  vote no 0\n"
            "   2  0 → 2  abort 0\n");
}

TEST(ThreePhaseCommit, SomeReadersNeverLearnTheOutcome) {
  const Shape shape = commit_shape(4, {{"read_only", 2}});
  for (Rank rank = 0; rank < 4; ++rank) EXPECT_EQ(reaches<Commit>(shape, three_phase::learned, rank, 0), rank == 3) << rank;
  EXPECT_EQ(run_one(shape)->history().answered.size(), 2U);
}

TEST(ThreePhaseCommit, AcceptsTheDueOutcomeOfTheTransactionItselfAndNothingElse) {
  const Shape all_yes = commit_shape(3), one_no = commit_shape(3, {{"no_votes", 1}});
  EXPECT_TRUE(Commit::accepts(all_yes, 5, {.outcome = commit::committed}));
  EXPECT_FALSE(Commit::accepts(all_yes, 5, {.outcome = commit::aborted}));
  EXPECT_FALSE(Commit::accepts(all_yes, 5, {.outcome = commit::committed, .of = 4}));
  EXPECT_TRUE(Commit::accepts(one_no, 5, {.outcome = commit::aborted}));
  EXPECT_FALSE(Commit::accepts(all_yes, 5, {})) << "undecided";
}

TEST(ThreePhaseCommit, RefusesMoreReadersThanParticipants) {
  EXPECT_EQ(Commit::unfit(commit_shape(3, {{"read_only", 2}})), "");
  EXPECT_NE(Commit::unfit(commit_shape(3, {{"read_only", 2}, {"no_votes", 1}})), "");
}

TEST(ThreePhaseCommit, KeepsTransactionsInFlightApart) {
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
  EXPECT_EQ(cluster.traffic().messages_sent, 64 * 15);
}

/// A coordinator of one participant by itself, and what a step of it led to.
struct Coordinator {
  std::vector<int> propose(Operation k) {
    out.clear();
    machine.propose(k, {}, out);
    return marks();
  }
  std::vector<int> hear(Operation k, Kind kind) {
    out.clear();
    machine.step(1, Commit::Message::of(k, kind), {}, out);
    return marks();
  }
  std::vector<Kind> answers(Operation k) {
    hear(k, Kind::inquire);
    std::vector<Kind> said;
    for (const auto& envelope : out.envelopes()) said.push_back(envelope.message.kind);
    return said;
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

TEST(ThreePhaseCommit, PassesOverWhatIsSaidOfTheTransactionThatHadTheSlotBefore) {
  using Marks = std::vector<int>;
  Coordinator coordinator;
  const auto slots = static_cast<Operation>(three_phase::Log::length(coordinator.shape));
  for (Operation k = 0; k < slots; ++k) {
    EXPECT_EQ(coordinator.propose(k), Marks{});
    EXPECT_EQ(coordinator.hear(k, Kind::vote_yes), Marks{});
    EXPECT_EQ(coordinator.hear(k, Kind::acknowledge), (Marks{three_phase::decided, three_phase::ended}));
  }
  EXPECT_EQ(coordinator.propose(slots), Marks{});
  EXPECT_EQ(coordinator.hear(0, Kind::vote_no), Marks{}) << "a late copy";
  EXPECT_EQ(coordinator.hear(slots, Kind::vote_yes), Marks{});
  EXPECT_EQ(coordinator.hear(0, Kind::acknowledge), Marks{}) << "a late copy";
  EXPECT_EQ(coordinator.hear(slots, Kind::acknowledge), (Marks{three_phase::decided, three_phase::ended}));
}

TEST(ThreePhaseCommit, RemembersItsLastDecisionsAndForgetsOlderOnes) {
  Coordinator coordinator;
  for (Operation k = 0; k <= 1024; ++k) {
    coordinator.propose(k);
    coordinator.hear(k, k % 2 == 0 ? Kind::vote_no : Kind::vote_yes);
    coordinator.hear(k, Kind::acknowledge);
  }
  EXPECT_EQ(coordinator.answers(0), std::vector<Kind>{}) << "forgotten";
  EXPECT_EQ(coordinator.answers(1), std::vector<Kind>{Kind::commit});
  EXPECT_EQ(coordinator.answers(2), std::vector<Kind>{Kind::abort});
  EXPECT_EQ(coordinator.answers(1024), std::vector<Kind>{Kind::abort});
}

}  // namespace
}  // namespace coordbench::testing::three_phase_commit_test
