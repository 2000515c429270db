// What happens when a primary crashes and a configuration excludes it, told in words.

#include <gtest/gtest.h>

#include "tests/kernels/primary_backups.hpp"

namespace coordbench::testing::primary_backup::stories_test {
namespace {

TEST(PrimaryBackupStories, TellsTheStoryOfAFailover) {
  Replicas cluster(replicas_shape(3, {{"timeout_us", 1}}, 1), {}, 2);
  cluster.propose(0);
  cluster.run_until(2);
  cluster.lose(0);  // the backups have the write, and the client knows nothing of it
  cluster.run();
  cluster.propose(1);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  3 → 0  write 0\n"
            "   1  0 → 1  update 1.0\n"
            "   1  0 → 2  update 1.0\n"
            "   2  1 → 0  held 1\n"
            "   2  2 → 0  held 1\n"
            "   2  0 crashes\n"
            "   3  1 is told of epoch 1\n"
            "   3  1 → 2  update 1.0 in epoch 1, background\n"  // first its state
            "   3  2 is told of epoch 1\n"
            "   3  3 is told of epoch 1\n"
            "   3  3 → 1  write 0 in epoch 1, background\n"
            "   4  2 → 1  held 1 in epoch 1, background\n"  // so it did not serve yet when the client asked again
            "1003  3 → 1  write 0 in epoch 1, background\n"
            "1004  1 → 2  update 1.0 in epoch 1\n"  // under its old number
            "1005  2 → 1  held 1 in epoch 1\n"
            "1006  1 → 3  written 0 in epoch 1\n"
            "2004  3 → 1  write 1 in epoch 1\n"
            "2005  1 → 2  update 2.1 in epoch 1\n"
            "2006  2 → 1  held 2 in epoch 1\n"
            "2007  1 → 3  written 1 in epoch 1\n");
}

/// Rank 0 writes, and rank 1 alone of the backups hears of it; then rank 0 is lost.
struct HalfWritten {
  explicit HalfWritten(Rank cut_off) : cluster(replicas_shape(3, {{"proposers", 0}, {"reads", 50}, {"timeout_us", 1}})) {
    cluster.cut(0, cut_off);
    cluster.propose(write);
    cluster.run_until(2);
    cluster.mend();
  }
  Operation of(bool read, Rank rank, Operation from = 0) const { return first_of(cluster.shape(), read, rank, from); }
  Operation read_at(Rank rank, Operation from = 0) {
    const Operation read = of(true, rank, from);
    cluster.propose(read);
    cluster.run();
    return cluster.value_of(read);
  }

  Replicas cluster;
  Operation write = of(false, 0);
};

TEST(PrimaryBackupStories, AWriteThatOnlyTheNewPrimaryHasIsGivenToAll) {
  HalfWritten it(2);
  it.cluster.lose(0);
  it.cluster.run();
  EXPECT_EQ(it.read_at(2), it.write);
  EXPECT_EQ(it.cluster.machine(2).writer(), it.write);
  it.cluster.expect_end();
}

TEST(PrimaryBackupStories, AWriteThatTheNewPrimaryLacksIsTakenBack) {
  HalfWritten it(1);
  EXPECT_EQ(it.cluster.machine(2).writer(), it.write);
  it.cluster.lose(0);
  it.cluster.run();
  EXPECT_EQ(it.cluster.machine(2).writer(), -1);
  EXPECT_EQ(it.read_at(2), Answer::initial);
  it.cluster.expect_end();
}

TEST(PrimaryBackupStories, ThePrimaryShowsNothingThatAFailoverMayLose) {
  HalfWritten it(1);
  const Operation read = it.of(true, 0, it.write);
  it.cluster.propose(read);
  EXPECT_EQ(it.cluster.value_of(read), Answer::initial) << "backup 1 lacks the write";
  it.cluster.lose(0);
  it.cluster.run();
  EXPECT_EQ(it.read_at(1), Answer::initial);
  it.cluster.expect_end();
}

TEST(PrimaryBackupStories, ANewPrimaryShowsNothingBeforeEverybodyHasIt) {
  HalfWritten it(2);
  it.cluster.cut(1, 2);
  it.cluster.lose(0);
  it.cluster.run_until(10);
  const Operation read = it.of(true, 1);
  it.cluster.propose(read);
  EXPECT_EQ(it.cluster.value_of(read), kUnanswered) << "backup 2 lacks the write";
  it.cluster.lose(1);
  it.cluster.mend();
  it.cluster.run();
  EXPECT_EQ(it.read_at(2), Answer::initial);
  it.cluster.expect_end();
}

TEST(PrimaryBackupStories, ABackupThatIsDownBlocksWritesUntilItIsExcluded) {
  Replicas cluster(replicas_shape(3, {{"timeout_us", 1}}), {}, 1);
  cluster.crash(2);
  cluster.propose(0);
  cluster.run_until(5'000);
  EXPECT_FALSE(cluster.has_ended(0));
  cluster.exclude(2);
  cluster.run_until(10'000);
  EXPECT_TRUE(cluster.has_ended(0));
  cluster.restart(2);
  cluster.run();
  EXPECT_TRUE(cluster.machine(2).is_out()) << "for good";
  cluster.expect_end();
}

TEST(PrimaryBackupStories, TheLastRankServesAlone) {
  Replicas cluster(replicas_shape(4, {{"timeout_us", 1}, {"reads", 50}}, 1));
  for (const Rank rank : {0, 2, 1}) cluster.lose(rank), cluster.run();
  const Operation write = first_of(cluster.shape(), false), read = first_of(cluster.shape(), true, 0, write);
  for (const Operation k : {write, read}) cluster.propose(k), cluster.run();
  EXPECT_EQ(cluster.value_of(read), write);
  EXPECT_EQ(cluster.machine(3).primary(), 3);
  cluster.expect_end();
}

/// The client asks twice, and the first copy of its write is late.
TEST(PrimaryBackupStories, AWriteIsTakenOnce) {
  Replicas cluster(replicas_shape(2, {{"timeout_us", 1}}, 2), {}, 2);
  cluster.cut(0, 2);  // the answer to client 2, operation 0, is lost
  cluster.propose(0);
  cluster.run_until(10);
  cluster.mend();
  cluster.propose(1);
  cluster.run();
  EXPECT_EQ(cluster.machine(0).writer(), 1) << "it is not written again behind the other";
  EXPECT_TRUE(cluster.has_ended(0));
  cluster.expect_end();
}

}  // namespace
}  // namespace coordbench::testing::primary_backup::stories_test
