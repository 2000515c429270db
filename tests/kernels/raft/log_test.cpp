#include "kernels/raft/log.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/raft/server.hpp"

namespace coordbench::testing::log_test {
namespace {

TEST(RaftLog, HasWhatItHoldsAndWhateverIsCompacted) {
  const raft::Log log = log_of({1, 1, 2, 4, 4}, 2);
  EXPECT_TRUE(log.has(0, 0));
  EXPECT_TRUE(log.has(1, 1));
  EXPECT_TRUE(log.has(2, 1));
  EXPECT_TRUE(log.has(3, 2));
  EXPECT_TRUE(log.has(5, 4));
  EXPECT_FALSE(log.has(3, 4));
  EXPECT_FALSE(log.has(5, 2));
  EXPECT_FALSE(log.has(6, 4));
  EXPECT_TRUE(raft::Log(4).has(0, 0));
  EXPECT_FALSE(raft::Log(4).has(1, 0));
}

TEST(RaftLog, IsCoveredByALaterTermOrTheSameTermAndNoShorter) {  // 5.4.1
  struct Row {
    raft::Index index;
    raft::Term term;
    bool covers;
  };
  const raft::Log log = log_of({1, 1, 3});
  for (const auto& [index, term, covers] : std::vector<Row>{
           {3, 3, true}, {4, 3, true}, {2, 3, false}, {1, 4, true}, {0, 4, true}, {9, 2, false}, {3, 2, false}, {0, 0, false}})
    EXPECT_EQ(log.is_covered_by(index, term), covers) << index << " of term " << term;
  EXPECT_TRUE(raft::Log(4).is_covered_by(0, 0));
  EXPECT_TRUE(log_of({1, 1, 3}, 3).is_covered_by(3, 3)) << "all compacted";
  EXPECT_FALSE(log_of({1, 1, 3}, 3).is_covered_by(2, 3)) << "all compacted";
}

TEST(RaftLog, FindsWhereTermsBeginAndEnd) {
  const raft::Log log = log_of({1, 1, 2, 2, 2, 5}, 2);
  EXPECT_EQ(log.first_of_term_at(6), 6U);
  EXPECT_EQ(log.first_of_term_at(5), 3U);
  EXPECT_EQ(log_of({2, 2, 2, 2}, 2).first_of_term_at(4), 3U) << "behind the base";
  EXPECT_EQ(log.last_up_to_term(5), 6U);
  EXPECT_EQ(log.last_up_to_term(4), 5U);
  EXPECT_EQ(log.last_up_to_term(2), 5U);
  EXPECT_EQ(log.last_up_to_term(1), 2U) << "the base";
}

TEST(RaftLog, TruncatesFromAnIndexAndAppendsBehindIt) {
  raft::Log log = log_of({1, 2, 2, 3}, 1);
  log.truncate_from(5);
  EXPECT_EQ(terms_of(log), (Terms{2, 2, 3}));
  log.truncate_from(3);
  EXPECT_EQ(terms_of(log), (Terms{2}));
  append(log, {4});
  EXPECT_EQ(log.last(), 3U);
  EXPECT_EQ(log.last_term(), 4U);
  log.truncate_from(2);
  EXPECT_EQ(log.last(), 1U);
  EXPECT_EQ(log.last_term(), 1U) << "of the base";
}

TEST(RaftLog, GivesTheLeasesBackOfWhatItDrops) {
  PayloadArena arena(4, 8);
  raft::Log log(4);
  for (std::int32_t k = 0; k < 4; ++k) log.append(1, k, arena.allocate(8));
  EXPECT_FALSE(arena.allocate(8));
  log.truncate_from(4);
  EXPECT_TRUE(arena.allocate(8));
  log.compact_one();
  log.install(3, 1);
  std::vector<Payload> leases;
  for (int i = 0; i < 4; ++i) leases.push_back(arena.allocate(8));
  EXPECT_TRUE(leases.back()) << "all four are free";
}

TEST(RaftLog, IsARingOfItsCapacity) {
  raft::Log log(4);
  for (raft::Term term = 1; term <= 100; ++term) {
    append(log, {term});
    if (log.last() - log.base() == 4) {
      EXPECT_EQ(log.free(), 0U);
      EXPECT_EQ(terms_of(log), (Terms{term - 3, term - 2, term - 1, term}));
      log.compact_one();
      EXPECT_EQ(log.base_term(), term - 3);
    }
  }
  EXPECT_EQ(log.last(), 100U);
  EXPECT_EQ(log[99].operation, 98);
}

TEST(RaftLog, KeepsOfASnapshotOnlyWhatFollowsIt) {  // 7
  struct Row {
    const char* what;
    Terms log;
    raft::Index compacted, index;
    raft::Term term;
    Terms left;
  };
  const std::vector<Row> rows{{"longer than the log", {1, 1, 2}, 1, 7, 4, {}},
                              {"as long as the log", {1, 1, 2}, 1, 3, 2, {}},
                              {"shorter, and the logs agree", {1, 1, 2, 2, 3}, 1, 3, 2, {2, 3}},
                              {"shorter, but the logs conflict", {1, 1, 2, 2, 3}, 1, 3, 3, {}},
                              {"into an empty log", {}, 0, 5, 3, {}},
                              {"just behind the base", {1, 1, 2}, 1, 2, 1, {2}}};
  for (const auto& [what, terms, compacted, index, term, left] : rows) {
    raft::Log log = log_of(terms, compacted);
    log.install(index, term);
    EXPECT_EQ(log.base(), index) << what;
    EXPECT_EQ(log.base_term(), term) << what;
    EXPECT_EQ(terms_of(log), left) << what;
    append(log, {9});
    EXPECT_EQ(log[log.last()].term, 9U) << what;
    EXPECT_EQ(log.free(), log.capacity() - left.size() - 1) << what;
  }
}

}  // namespace
}  // namespace coordbench::testing::log_test
