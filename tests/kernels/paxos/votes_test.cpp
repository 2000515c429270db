#include "kernels/paxos/votes.hpp"

#include <gtest/gtest.h>

namespace coordbench::testing::paxos_votes_test {
namespace {

TEST(PaxosVotes, CountsEachServerOnce) {
  for (const int servers : {1, 3, 63, 64, 65, 129}) {
    paxos::Votes votes(4, servers);
    for (int copy = 0; copy < 2; ++copy)
      for (Rank rank = 0; rank < servers; ++rank) EXPECT_EQ(votes.add(2, rank), copy == 0) << rank;
    EXPECT_EQ(votes.count(2), servers);
    EXPECT_EQ(votes.count(3), 0);
  }
}

TEST(PaxosVotes, BeginsAnewForTheSlotThatTakesThePlaceOfAnother) {
  paxos::Votes votes(4, 70);
  for (Rank rank = 0; rank < 70; ++rank) votes.add(1, rank);
  votes.forget(5);
  EXPECT_EQ(votes.count(5), 0);
  EXPECT_TRUE(votes.add(5, 69));
}

}  // namespace
}  // namespace coordbench::testing::paxos_votes_test
