#include "kernels/raft/follower.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/kernels/raft/server.hpp"

namespace coordbench::testing::follower_test {
namespace {

TEST(RaftFollower, TakesWhatItLacksAndKeepsWhatAgrees) {  // 5.3
  struct Row {
    const char* what;
    Terms log;
    raft::Index compacted, index;
    raft::Term index_term, term;
    int count;
    raft::Index match;
    Terms left;  ///< behind the base
  };
  const std::vector<Row> rows{{"into an empty log", {}, 0, 0, 0, 1, 3, 3, {1, 1, 1}},
                              {"behind the last", {1, 1}, 0, 2, 1, 2, 2, 4, {1, 1, 2, 2}},
                              {"nothing: a heartbeat", {1, 1, 2}, 0, 1, 1, 0, 0, 1, {1, 1, 2}},
                              {"late: more is there already", {1, 1, 1, 2}, 0, 1, 1, 1, 1, 2, {1, 1, 1, 2}},
                              {"a batch whose prefix is there", {1, 1, 2}, 0, 2, 1, 2, 3, 5, {1, 1, 2, 2, 2}},
                              {"a batch whose first conflicts", {1, 1, 2, 2}, 0, 2, 1, 3, 1, 3, {1, 1, 3}},
                              {"a batch whose second conflicts", {1, 3, 4, 4, 4}, 0, 1, 1, 3, 3, 4, {1, 3, 3, 3}},
                              {"a batch whose prefix is compacted", {1, 2, 2, 2}, 3, 1, 1, 2, 4, 5, {2, 2}},
                              {"the same, and the log ends there", {1, 2, 2}, 3, 1, 1, 2, 4, 5, {2, 2}},
                              {"behind the base", {1, 2, 2, 2}, 3, 3, 2, 4, 1, 4, {4}},
                              {"what is compacted", {1, 2, 2, 2}, 3, 0, 0, 1, 1, 1, {2}}};
  for (const auto& [what, log, compacted, index, index_term, term, count, match, left] : rows) {
    LedServer follower(log, compacted);
    const raft::Message answer = follower.append(index, index_term, term, count);
    EXPECT_EQ(answer.kind, Kind::accepted) << what;
    EXPECT_EQ(answer.index, match) << what;
    EXPECT_EQ(answer.count, count) << what;
    EXPECT_EQ(terms_of(follower.core.log), left) << what;
  }
}

TEST(RaftFollower, RefusesWhatFollowsOnNothingAndSaysWhereTheConflictBegins) {
  struct Row {
    const char* what;
    Terms log;
    raft::Index compacted, index;
    raft::Term index_term;
    raft::Index begins;
    raft::Term conflicting;
  };
  for (const auto& [what, log, compacted, index, index_term, begins, conflicting] :
       std::vector<Row>{{"an empty log", {}, 0, 3, 1, 1, 0},
                        {"a shorter log", {1, 1}, 0, 5, 3, 3, 0},
                        {"another term", {1, 1, 2, 2, 2}, 0, 5, 3, 3, 2},
                        {"an older term", {1, 1, 4, 4}, 0, 3, 2, 3, 4},
                        {"a term that began before the base", {2, 2, 2, 2}, 2, 4, 3, 3, 2},
                        {"only the snapshot", {1, 2}, 2, 4, 2, 3, 0}}) {
    LedServer follower(log, compacted);
    const raft::Message answer = follower.append(index, index_term, 5, 1);
    EXPECT_EQ(answer.kind, Kind::rejected) << what;
    EXPECT_EQ(answer.commit, index) << what;
    EXPECT_EQ(answer.index, begins) << what;
    EXPECT_EQ(answer.index_term, conflicting) << what;
    EXPECT_EQ(follower.core.log.last(), log.size()) << what;
  }
}

TEST(RaftFollower, CommitsNoFurtherThanItsLogIsKnownToMatch) {
  LedServer follower({1, 1, 2, 2});
  follower.append(2, 1, 0, 0, 4);
  EXPECT_EQ(follower.core.commit_index, 2U) << "of entries 3 and 4 the heartbeat says nothing";
  follower.append(2, 1, 3, 2, 3);
  EXPECT_EQ(follower.core.commit_index, 3U);
  follower.append(0, 0, 1, 1, 3);
  EXPECT_EQ(follower.core.commit_index, 3U) << "a late message takes nothing back";
  EXPECT_EQ(follower.core.state.count(), 3U);
}

TEST(RaftFollower, AppliesInOrderAndEachOnce) {
  LedServer follower;
  follower.machine.append(0, LedServer::entries(0, 0, 1, 3, 2), {}, follower.out);
  EXPECT_TRUE(follower.out.completions().empty()) << "not before it has answered; what is committed is the leader's to say";
  follower.core.apply_committed(follower.out);
  EXPECT_EQ(follower.out.completed(raft::applied), (std::vector<Operation>{0, 1}));
  follower.out.clear();
  follower.append(0, 0, 1, 3, 3);
  EXPECT_EQ(follower.out.completed(raft::applied), (std::vector<Operation>{2}));
}

TEST(RaftFollower, GivesEachEntryItsPartOfThePayload) {
  GrowingArena arena;
  LedServer follower({1});
  Payload together = arena.allocate(24);
  for (std::size_t i = 0; i < 24; ++i) together.data()[i] = static_cast<std::byte>(i);
  follower.machine.append(0, LedServer::entries(0, 0, 1, 3), together, follower.out);
  for (const raft::Index index : {2U, 3U}) {
    const Payload& payload = follower.core.log[index].payload;
    EXPECT_EQ(payload.size(), 8U);
    EXPECT_EQ(payload.data()[0], static_cast<std::byte>(8 * (index - 1)));
    EXPECT_EQ(follower.core.log[index].operation, static_cast<std::int32_t>(index) - 1);
  }
  EXPECT_EQ(follower.core.log[1].payload.size(), 0U) << "it was there";
}

TEST(RaftFollower, TakesTheNoOpOfATerm) {
  LedServer follower({1});
  follower.machine.append(0,
                          {.kind = Kind::append_no_op, .term = 2, .index = 1, .index_term = 1, .entries_term = 2, .commit = 2},
                          {}, follower.out);
  EXPECT_EQ(follower.core.log[2].operation, raft::Entry::no_op);
  EXPECT_EQ(follower.out.only().index, 2U);
  EXPECT_EQ(follower.core.commit_index, 2U);
  follower.core.apply_committed(follower.out);
  EXPECT_EQ(follower.core.state.count(), 1U) << "it is no operation";
}

TEST(RaftFollower, TakesOfABatchWhatThereIsRoomFor) {
  LedServer follower({1, 1}, 0, 1);
  const auto free = static_cast<raft::Index>(follower.core.log.free());
  EXPECT_EQ(follower.append(2, 1, 2, static_cast<int>(free) + 3).index, 2 + free);
  EXPECT_EQ(follower.append(2 + free, 2, 2, 1).index, 2 + free) << "full";
  EXPECT_EQ(follower.append(2, 1, 3, 1).index, 3U) << "a conflict makes room";
}

TEST(RaftFollower, StartsAgainFromItsSnapshotAndItsLog) {
  LedServer follower;
  follower.append(0, 0, 1, 8, 8);
  follower.append(8, 1, 1, 4, 12);
  const raft::Index base = follower.core.log.base();
  ASSERT_GT(base, 0U);
  follower.core.restart();
  EXPECT_EQ(follower.core.commit_index, base);
  EXPECT_EQ(follower.core.state.count(), base);
  EXPECT_EQ(follower.core.log.last(), 12U);
  follower.append(12, 1, 0, 0, 12);
  EXPECT_EQ(follower.core.state.count(), 12U) << "all again, in the same order";
  EXPECT_EQ(follower.core.answer(11).outcome, 1);
}

TEST(RaftFollower, TellsALeaderOfAnEarlierTermTheTermAndNothingElse) {  // an index would be of that term
  RaftReplication server(raft_shape(3), 1);
  RaftOutbox out(raft_shape(3), 1);
  server.step(2, {.kind = Kind::append, .term = 5}, {}, out);
  out.take();
  for (const Kind kind : {Kind::append, Kind::append_no_op, Kind::announce, Kind::snapshot}) {
    server.step(0, {.kind = kind, .term = 3, .index = 4, .index_term = 3}, {}, out);
    const raft::Message answer = out.only();
    EXPECT_EQ(answer.kind, Kind::rejected);
    EXPECT_EQ(answer.term, 5U);
    EXPECT_EQ(answer.commit, 0U);
  }
  EXPECT_EQ(server.core().election.leader(), 2);
}

}  // namespace
}  // namespace coordbench::testing::follower_test
