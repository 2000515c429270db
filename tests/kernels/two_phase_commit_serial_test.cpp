// Two-phase commit with order = serial.

#include <gtest/gtest.h>

#include "tests/kernels/two_phase_commits.hpp"

namespace coordbench::testing::two_phase_commit_serial_test {
namespace {

using namespace two_phase_commit;

constexpr std::int64_t kNothing = commit::presumed_nothing, kAbort = commit::presumed_abort, kCommit = commit::presumed_commit;

Shape serial_shape(int ranks, Settings set = {}) {
  set.emplace_back("order", Commit::serial);
  return commit_shape(ranks, set);
}

TEST(TwoPhaseCommitSerial, CostsWhatItDeclaresForEveryVariantAndN) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t variant : {kNothing, kAbort, kCommit})
      expect_declared_costs(serial_shape(ranks, {{"variant", variant}}));
}

TEST(TwoPhaseCommitSerial, CostsWhatItDeclaresWithReadersAndNoVotes) {
  for (int ranks = 2; ranks <= 9; ++ranks)
    for (const std::int64_t variant : {kNothing, kAbort, kCommit})
      for (std::int64_t read_only = 0; read_only < ranks; ++read_only)
        for (std::int64_t no_votes = 0; read_only + no_votes < ranks; ++no_votes)
          expect_declared_costs(serial_shape(ranks, {{"variant", variant}, {"read_only", read_only}, {"no_votes", no_votes}}));
}

/// Messages, and the delays of decided, learned and ended.
struct Expected {
  Settings set;
  std::int64_t messages, decided, learned, ended;
};

TEST(TwoPhaseCommitSerial, CostsByHandAtFiveRanks) {  // n = 4 participants
  const std::vector<Expected> all{
      {{}, 16, 8, 15, 16},                                                              // 4n, and the same delays
      {{{"variant", kAbort}}, 16, 8, 15, 16},                                           // a commit is acknowledged
      {{{"variant", kCommit}}, 12, 8, 9, 8},                                            // 3n: no ack to wait for
      {{{"read_only", 1}}, 14, 8, 13, 14},                                              // 2 fewer, one turn fewer
      {{{"read_only", 4}}, 8, 8, -1, 8},                                                // nobody is told
      {{{"no_votes", 1}}, 14, 8, 13, 14},                                               // all are asked, 3 are told
      {{{"no_votes", 1}, {"variant", kAbort}}, 11, 8, 9, 8},                            // 3 are told at once
      {{{"no_votes", 1}, {"variant", kCommit}}, 14, 8, 13, 14},                         // an abort is acknowledged
      {{{"no_votes", 2}}, 10, 6, 9, 10},                                                // 3 are asked, 2 are told
      {{{"no_votes", 4}}, 2, 2, 1, 2},                                                  // the first says no
      {{{"no_votes", 3}, {"read_only", 1}, {"variant", kNothing}}, 4, 4, 3, 4},         // a reader, then a no
      {{{"no_votes", 2}, {"read_only", 1}, {"variant", kAbort}}, 2 * 3 + 1, 6, 7, 6}};  // one yes, which is told
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto cluster = run_one(serial_shape(5, all[i].set));
    EXPECT_EQ(cluster->traffic().messages_sent, all[i].messages) << i;
    EXPECT_EQ(cluster->history().deepest(commit::decided), all[i].decided) << i;
    EXPECT_EQ(cluster->history().deepest(commit::learned), all[i].learned) << i;
    EXPECT_EQ(cluster->history().deepest(commit::ended), all[i].ended) << i;
  }
}

TEST(TwoPhaseCommitSerial, TellsTheStoryOfACommit) {
  EXPECT_EQ(run_one(serial_shape(3))->conversation(),
            "   0  0 → 1  prepare 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   2  0 → 2  prepare 0\n"
            "   3  2 → 0  vote yes 0\n"
            "   4  0 → 1  commit 0\n"
            "   5  1 → 0  acknowledge 0\n"
            "   6  0 → 2  commit 0\n"
            "   7  2 → 0  acknowledge 0\n");
}

TEST(TwoPhaseCommitSerial, TheFirstNoEndsTheAsking) {
  const Shape shape = serial_shape(5, {{"no_votes", 3}});
  EXPECT_EQ(run_one(shape)->conversation(),
            "   0  0 → 1  prepare 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   2  0 → 2  prepare 0\n"
            "   3  2 → 0  vote no 0\n"
            "   4  0 → 1  abort 0\n"
            "   5  1 → 0  acknowledge 0\n");
  for (Rank rank = 1; rank < 5; ++rank) EXPECT_EQ(reaches<Commit>(shape, commit::learned, rank, 0), rank <= 2) << rank;
}

TEST(TwoPhaseCommitSerial, TellsAllAtOnceWhatNeedsNoAcknowledgement) {
  EXPECT_EQ(run_one(serial_shape(3, {{"variant", kCommit}}))->conversation(),
            "   0  0 → 1  prepare 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   2  0 → 2  prepare 0\n"
            "   3  2 → 0  vote yes 0\n"
            "   4  0 → 1  commit 0\n"
            "   4  0 → 2  commit 0\n");
}

TEST(TwoPhaseCommitSerial, TellsTheStoryOfAnAskingThatIsGivenUp) {
  Transactions cluster(serial_shape(4, {{"timeout_us", 1}}), {}, 1);
  cluster.cut(2, 0);
  cluster.propose(0);
  cluster.run_until(1500);
  cluster.mend();
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  prepare 0\n"
            "   1  1 → 0  vote yes 0\n"
            "   2  0 → 2  prepare 0\n"
            "   3  2 → 0  vote yes 0  (cut off)\n"
            "1001  1 → 0  inquire 0\n"
            "1002  0 → 1  abort 0\n"  // an answer to the inquiry
            "1002  0 → 1  abort 0\n"  // at the same instant a time-out: the vote of rank 2 counts as a no
            "1003  2 → 0  inquire 0  (cut off)\n"
            "1003  1 → 0  acknowledge 0\n"
            "1003  1 → 0  acknowledge 0\n"
            "1004  0 → 2  abort 0\n"  // its vote may have been a yes; rank 3 was never asked
            "1005  2 → 0  acknowledge 0  (cut off)\n"
            "2004  0 → 2  abort 0\n"
            "2005  2 → 0  acknowledge 0\n");
}

/// The first of three participants is told, and its acknowledgements are lost for a while. The others inquire, and are told at
/// once. So nothing is left to tell them when their turns come.
TEST(TwoPhaseCommitSerial, WhatIsToldOutOfTurnIsNotToldAgain) {
  Transactions cluster(serial_shape(4, {{"timeout_us", 1}}), {}, 1);
  cluster.propose(0);
  cluster.run_until(6);  // all have voted, and the first is being told
  cluster.cut(1, 0);
  cluster.run_until(1500);
  cluster.mend();
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.spoken(Commit::Kind::inquire), 2);
  EXPECT_EQ(cluster.spoken(Commit::Kind::commit), 3 + 2) << "the first is told three times";
  EXPECT_EQ(cluster.history().answered.size(), 4U);
}

TEST(TwoPhaseCommitSerial, RefusesMoreDelaysThanAreCounted) {
  EXPECT_EQ(Commit::unfit(serial_shape(8192)), "");
  EXPECT_NE(Commit::unfit(serial_shape(8193)), "");
  EXPECT_EQ(Commit::unfit(commit_shape(8193)), "");
}

}  // namespace
}  // namespace coordbench::testing::two_phase_commit_serial_test
