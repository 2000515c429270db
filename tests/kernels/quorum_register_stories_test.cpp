// What happens to a quorum_register, told in words, and what the write-back is for.

#include <gtest/gtest.h>

#include <memory>

#include "tests/kernels/quorum_registers.hpp"
#include "tests/kernels/violations.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing::quorum_register::quorum_register_stories_test {
namespace {

TEST(QuorumRegisterStories, TellsTheStoryOfAWriteAndARead) {
  const Shape shape = register_shape(3, {{"proposers", 2}});
  Registers cluster(shape, {}, 32);
  const Operation write = first_of(shape, false, 0), read = first_of(shape, true, 1, write);
  cluster.propose(write);
  cluster.run();
  cluster.run_until(10);
  cluster.propose(read);
  cluster.run();
  EXPECT_EQ(cluster.value_of(write), Answer::nothing);
  EXPECT_EQ(cluster.value_of(read), write);
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  query stamp 0\n"
            "   0  0 → 2  query stamp 0\n"
            "   1  1 → 0  held 0: initial\n"
            "   1  2 → 0  held 0: initial\n"
            "   2  0 → 1  store 0: 1.0\n"  // the first value, written by operation 0
            "   2  0 → 2  store 0: 1.0\n"
            "   3  1 → 0  stored 0: 1.0\n"
            "   3  2 → 0  stored 0: 1.0\n"
            "  10  1 → 2  query value 1\n"
            "  10  1 → 0  query value 1\n"
            "  11  2 → 1  held 1: 1.0\n"
            "  11  0 → 1  held 1: 1.0\n"
            "  12  1 → 2  store 1: 1.0\n"  // written back
            "  12  1 → 0  store 1: 1.0\n"
            "  13  2 → 1  stored 1: 1.0\n"
            "  13  0 → 1  stored 1: 1.0\n");
}

TEST(QuorumRegisterStories, TellsTheStoryOfAThriftyClient) {
  const Shape shape = register_shape(5, {{"thrifty", 1}, {"reads", 0}, {"timeout_us", 1}}, 1);
  Registers cluster(shape, {}, 1);
  cluster.crash(1);
  cluster.propose(0);
  cluster.run_until(10);
  EXPECT_EQ(cluster.value_of(0), kUnanswered) << "two of the three servers that it asked are no majority of five";
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  1 crashes\n"
            "   0  5 → 0  query stamp 0\n"
            "   0  5 → 1  query stamp 0\n"
            "   0  5 → 2  query stamp 0\n"
            "   1  0 → 5  held 0: initial\n"
            "   1  2 → 5  held 0: initial\n"
            "1000  5 → 1  query stamp 0\n"  // all that have not answered
            "1000  5 → 3  query stamp 0\n"
            "1000  5 → 4  query stamp 0\n"
            "1001  3 → 5  held 0: initial\n"
            "1001  4 → 5  held 0: initial\n"
            "1002  5 → 0  store 0: 1.0\n"
            "1002  5 → 1  store 0: 1.0\n"
            "1002  5 → 2  store 0: 1.0\n"
            "1003  0 → 5  stored 0: 1.0\n"
            "1003  2 → 5  stored 0: 1.0\n"
            "2002  5 → 1  store 0: 1.0\n"
            "2002  5 → 3  store 0: 1.0\n"
            "2002  5 → 4  store 0: 1.0\n"
            "2003  3 → 5  stored 0: 1.0\n"
            "2003  4 → 5  stored 0: 1.0\n");
}

// ---- what the write-back is for ----------------------------------------------------------------------------------------

/// Server 0 writes, but its value gets no further than its own copy. Then server 1 hears only server 0, and when its read has
/// ended server 2 hears only server 1.
std::unique_ptr<Registers> two_reads_of_a_write_under_way(std::int64_t write_back) {
  auto cluster = std::make_unique<Registers>(register_shape(3, {{"write_back", write_back}}), Faults{}, 32);
  const Shape& shape = cluster->shape();
  const Operation write = first_of(shape, false, 0), one = first_of(shape, true, 1), other = first_of(shape, true, 2);
  cluster->propose(write);
  cluster->run_until(1);
  cluster->cut(0, 1), cluster->cut(0, 2);
  cluster->run();
  cluster->mend();
  cluster->cut(2, 1);
  cluster->run_until(10);
  cluster->propose(one);
  cluster->run();
  EXPECT_EQ(cluster->value_of(one), write);
  cluster->mend();
  cluster->cut(0, 2);
  cluster->run_until(20);
  cluster->propose(other);
  cluster->run();
  EXPECT_EQ(cluster->value_of(other), write_back == never ? Answer::initial : write);
  return cluster;
}

TEST(QuorumRegisterStories, TellsTheStoryOfTheNewValueBeforeTheOld) {
  EXPECT_EQ(two_reads_of_a_write_under_way(never)->conversation(),
            "   0  0 → 1  query stamp 0\n"
            "   0  0 → 2  query stamp 0\n"
            "   1  1 → 0  held 0: initial\n"
            "   1  2 → 0  held 0: initial\n"
            "   2  0 → 1  store 0: 1.0  (cut off)\n"
            "   2  0 → 2  store 0: 1.0  (cut off)\n"
            "  10  1 → 2  query value 1\n"
            "  10  1 → 0  query value 1\n"
            "  11  2 → 1  held 1: initial  (cut off)\n"
            "  11  0 → 1  held 1: 1.0\n"  // so operation 1 reads what operation 0 is writing
            "  20  2 → 0  query value 8\n"
            "  20  2 → 1  query value 8\n"
            "  21  0 → 2  held 8: 1.0  (cut off)\n"
            "  21  1 → 2  held 8: initial\n");  // and operation 8, which began later, reads what was before it
}

TEST(QuorumRegisterStories, AWriteBackTellsTheNextReader) {
  two_reads_of_a_write_under_way(always);
  two_reads_of_a_write_under_way(if_needed);
}

struct LinearizabilityOfAll : Linearizability {
  explicit LinearizabilityOfAll(const Schedule& schedule) : Linearizability(schedule, true) {}
};
struct ReadersSafety : Safety {
  using Invariants = std::tuple<LinearizabilityOfAll>;
};

/// Of 3,000 schedules whose quorums meet: how many are no linearizable histories.
std::int64_t inversions(std::int64_t write_back) {
  std::int64_t found = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Schedule schedule = draw<ReadersSafety>(seed);
    set(schedule.shape, "write_back", write_back);
    if (quorums_meet(schedule.shape)) found += run<ReadersSafety>(schedule, false).violated.empty() ? 0 : 1;
  }
  return found;
}
TEST(QuorumRegisterStories, SchedulesFindTheNewValueBeforeTheOldUnlessReadsWriteBack) {
  EXPECT_GT(inversions(never), 0);
  EXPECT_EQ(inversions(always), 0);
  EXPECT_EQ(inversions(if_needed), 0);
}

// ---- what R + W > N is for ---------------------------------------------------------------------------------------------

/// Of 2,000 schedules of five replicas in which all are both readers and writers: how many are no linearizable histories.
int anomalies(std::int64_t read_quorum, std::int64_t write_quorum, std::int64_t quorums) {
  return violations<ReadersSafety>(2000, [&](Schedule& schedule) {
    schedule.shape.ranks = 5, schedule.shape.clients = 0;
    for (const auto& [name, value] : Settings{{"read_quorum", read_quorum},
                                              {"write_quorum", write_quorum},
                                              {"replicas", 0},
                                              {"quorums", quorums},
                                              {"write_back", always},
                                              {"proposers", 0},
                                              {"write_query", always}})
      set(schedule.shape, name, value);
    schedule.faults.for_ever = {};
  });
}
TEST(QuorumRegisterStories, SchedulesFindAStaleReadUnlessQuorumsMeet) {
  for (const std::int64_t quorums : {coordbench::quorum_register::fixed, coordbench::quorum_register::drawn}) {
    EXPECT_GT(anomalies(2, 3, quorums), 0);
    EXPECT_GT(anomalies(3, 2, quorums), 0);
    EXPECT_EQ(anomalies(3, 3, quorums), 0);
    EXPECT_EQ(anomalies(1, 5, quorums), 0);
    EXPECT_EQ(anomalies(5, 1, quorums), 0) << "several writers, whose write quorums do not meet each other";
    EXPECT_EQ(anomalies(4, 2, quorums), 0);
  }
}

/// Server 0 writes to itself and server 1, and server 2 reads from itself and server 3.
TEST(QuorumRegisterStories, TellsTheStoryOfAStaleRead) {
  const Shape shape = register_shape(4, {{"read_quorum", 2}, {"write_quorum", 2}, {"thrifty", 1}, {"write_back", never}});
  Registers cluster(shape, {}, 32);
  const Operation write = first_of(shape, false, 0), read = first_of(shape, true, 2, write);
  cluster.propose(write);
  cluster.run();
  cluster.run_until(10);
  cluster.propose(read);
  cluster.run();
  EXPECT_EQ(cluster.value_of(read), Answer::initial);
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  query stamp 0\n"
            "   1  1 → 0  held 0: initial\n"
            "   2  0 → 1  store 0: 1.0\n"
            "   3  1 → 0  stored 0: 1.0\n"
            "  10  2 → 3  query value 6\n"
            "  11  3 → 2  held 6: initial\n");
}

/// A sole writer that knows its own stamps asks nobody; server 3 of four holds no copy.
TEST(QuorumRegisterStories, TellsTheStoryOfAWriterThatAsksForNoStamp) {
  const Shape shape = register_shape(4, {{"replicas", 3}, {"proposers", 1}, {"write_query", never}, {"reads", 0}});
  Registers cluster(shape, {}, 2);
  for (const Operation k : {0, 1}) {
    cluster.propose(k);
    cluster.run();
  }
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  store 0: 1.0\n"
            "   0  0 → 2  store 0: 1.0\n"
            "   1  1 → 0  stored 0: 1.0\n"
            "   1  2 → 0  stored 0: 1.0\n"
            "   2  0 → 1  store 1: 2.1\n"
            "   2  0 → 2  store 1: 2.1\n"
            "   3  1 → 0  stored 1: 2.1\n"
            "   3  2 → 0  stored 1: 2.1\n");
}

// ---- proposers that drift apart ----------------------------------------------------------------------------------------

TEST(QuorumRegisterStories, AProposerThatWaitsIsRightHoweverFarTheOthersAre) {
  Shape shape = register_shape(4, {{"timeout_us", 1}, {"reads", 40}});
  shape.in_flight = 2;
  Registers cluster(shape, {}, 2000);
  for (const Rank rank : {0, 2, 3}) cluster.cut(1, rank);
  cluster.propose(1);
  cluster.propose(5);
  for (Operation k = 0; k < 2000; k += 4) {
    cluster.propose(k);
    cluster.run_until(cluster.now() + 10);
    ASSERT_NE(cluster.value_of(k), kUnanswered) << k;
  }
  EXPECT_EQ(cluster.value_of(1), kUnanswered);
  cluster.mend();
  cluster.propose(2);
  cluster.run();
  for (const Operation k : {1, 2, 5}) EXPECT_NE(cluster.value_of(k), kUnanswered) << k;
}

TEST(QuorumRegisterStories, RepliesToOperationsLongForgottenChangeNothing) {
  const Shape shape = register_shape(3, {{"proposers", 1}});
  Registers cluster(shape, {}, 40);
  cluster.pause(2);
  for (Operation k = 0; k < 20; ++k) {
    cluster.propose(k);
    cluster.run();
  }
  cluster.resume(2);
  cluster.propose(20);  // while 40 replies to others are under way
  cluster.run();
  for (Operation k = 0; k <= 20; ++k) EXPECT_EQ(cluster.messages_of(k), 8) << k;
  for (Operation k = 0; k <= 20; ++k) EXPECT_EQ(cluster.depth_of(k, Register::ended), 4) << k;
}

TEST(QuorumRegisterStories, WaitsForAMajorityHoweverLong) {
  Registers cluster(register_shape(5, {{"timeout_us", 1}}), {}, 1);
  for (const Rank rank : {2, 3, 4}) cluster.crash(rank);
  cluster.propose(0);
  cluster.run_until(1'000'000);
  EXPECT_EQ(cluster.value_of(0), kUnanswered);
  cluster.restart(4);
  cluster.run();
  cluster.expect_end();
}

}  // namespace
}  // namespace coordbench::testing::quorum_register::quorum_register_stories_test
