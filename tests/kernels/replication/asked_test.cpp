#include "kernels/replication/asked.hpp"

#include <gtest/gtest.h>

namespace coordbench::testing::asked_test {
namespace {

TEST(ReplicationAsked, TakesEachClientsOperationsInTurn) {
  const replication::State state(3);
  replication::Asked asked;
  EXPECT_TRUE(asked.is_due(state, 1)) << "client 1's first";
  EXPECT_FALSE(asked.is_due(state, 4)) << "its second";
  asked.note(state, 1);
  EXPECT_FALSE(asked.is_due(state, 1));
  EXPECT_TRUE(asked.is_due(state, 4));
  EXPECT_TRUE(asked.is_due(state, 2)) << "another client's";
}

TEST(ReplicationAsked, BeginsWithWhatIsApplied) {
  replication::State state(2);
  state.apply(1);
  state.apply(3);
  replication::Asked asked;
  asked.begin(state);
  EXPECT_TRUE(asked.is_due(state, 5));
  EXPECT_TRUE(asked.is_due(state, 0));
}

}  // namespace
}  // namespace coordbench::testing::asked_test
