#include "kernels/paxos/log.hpp"

#include <gtest/gtest.h>

namespace coordbench::testing::paxos_log_test {
namespace {

using paxos::Entry;
using paxos::Log;

TEST(PaxosLog, HasSlotsThatNothingWasAcceptedFor) {
  Log log(8);
  log.accept(3, 5, 7, {});
  EXPECT_EQ(log.last(), 3U);
  EXPECT_EQ(log.ballot_of(1), 0U);
  EXPECT_EQ(log.ballot_of(3), 5U);
  EXPECT_EQ(log.ballot_of(4), 0U);
  log.accept(1, 6, 8, {});
  EXPECT_EQ(log.last(), 3U);
  EXPECT_EQ(log[1].operation, 8);
}

TEST(PaxosLog, ForgetsASlotOnceItIsCompacted) {
  Log log(4);
  for (paxos::Index index = 1; index <= 4; ++index) log.accept(index, 1, static_cast<std::int32_t>(index), {});
  EXPECT_EQ(log.free(), 0U);
  EXPECT_FALSE(log.admits(5));
  log.compact_one();
  EXPECT_TRUE(log.admits(5));
  EXPECT_EQ(log.ballot_of(5), 0U) << "it lies where slot 1 did";
  log.accept(5, 1, 5, {});
  EXPECT_EQ(log[5].operation, 5);
}

TEST(PaxosLog, KeepsWhatFollowsASnapshot) {
  Log log(8);
  for (const paxos::Index index : {2U, 5U, 6U}) log.accept(index, 1, static_cast<std::int32_t>(index), {});
  log.install(4);
  EXPECT_EQ(log.base(), 4U);
  EXPECT_EQ(log.last(), 6U);
  EXPECT_EQ(log[6].operation, 6);
  log.install(40);
  EXPECT_EQ(log.base(), 40U);
  EXPECT_EQ(log.last(), 40U);
  for (paxos::Index index = 41; index <= 48; ++index) EXPECT_EQ(log.ballot_of(index), 0U);
}

TEST(PaxosLog, TellsRunsOfOperationsFromRunsOfNoOps) {
  Log log(16);
  const std::vector<std::int32_t> operations{4, 5, Entry::no_op, Entry::no_op, Entry::no_op, 8, 7};
  for (const std::int32_t operation : operations) log.accept(log.last() + 1, 1, operation, {});
  EXPECT_EQ(log.run_from(1, 7).slots, 2U);
  EXPECT_EQ(log.run_from(1, 1).slots, 1U);
  EXPECT_EQ(log.run_from(3, 5).slots, 3U);
  EXPECT_TRUE(log.run_from(3, 5).is_no_op);
  EXPECT_EQ(log.run_from(6, 2).slots, 1U) << "7 does not follow 8";
  EXPECT_FALSE(log.run_from(6, 2).is_no_op);
}

}  // namespace
}  // namespace coordbench::testing::paxos_log_test
