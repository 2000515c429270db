#include "kernels/replication/asked.hpp"

#include <gtest/gtest.h>

namespace coordbench::testing::asked_test {
namespace {

using replication::Asked;
using replication::State;

TEST(ReplicationAsked, AClientAsksForItsFirstOperationFirst) {
  const State state(3);
  const Asked asked;
  for (const std::int32_t first : {0, 1, 2}) {
    EXPECT_TRUE(asked.is_due(state, first));
    EXPECT_FALSE(asked.is_due(state, first + 3)) << "it has overtaken the first";
    EXPECT_EQ(asked.due(state, first + 3), first);
  }
}

TEST(ReplicationAsked, AnOperationIsDueOnceAndThenTheNextOfItsClient) {
  const State state(3);
  Asked asked;
  asked.note(state, 1);
  EXPECT_FALSE(asked.is_due(state, 1)) << "it was asked for";
  EXPECT_TRUE(asked.is_due(state, 4));
  EXPECT_TRUE(asked.is_due(state, 0)) << "of another client";
  EXPECT_TRUE(asked.is_due(state, 2)) << "of another client";
}

TEST(ReplicationAsked, ANewLeaderBeginsBehindWhatIsApplied) {
  State state(2);
  for (const std::int32_t operation : {0, 2, 1}) state.apply(operation);
  Asked asked;
  for (const std::int32_t operation : {0, 2, 4, 6}) asked.note(state, operation);
  asked.begin(state);
  EXPECT_EQ(asked.due(state, 0), 4) << "4 and 6 were asked of it when it led before";
  EXPECT_EQ(asked.due(state, 1), 3);
}

TEST(ReplicationAsked, WhereTheLeaderItselfAsksThereIsOneSession) {
  State state(1);
  Asked asked;
  asked.note(state, 0);
  EXPECT_TRUE(asked.is_due(state, 1));
  state.apply(0);
  state.apply(1);
  asked.begin(state);
  EXPECT_TRUE(asked.is_due(state, 2));
}

}  // namespace
}  // namespace coordbench::testing::asked_test
