// What a server tells of answers that it has learned from a snapshot itself.

#include "kernels/replication/answers.hpp"

#include <gtest/gtest.h>

namespace coordbench::testing::answers_test {
namespace {

TEST(Answers, KnowsTheLastAnswerOfASnapshotOnceOperationsFollow) {
  using replication::State;
  State state(2);
  for (const std::int32_t operation : {0, 2, 4}) state.apply(operation);  // of client 0
  replication::Answers answers(2, 8, 1, false);
  answers.learn(State::kParts, {.one = 1, .two = 0}, state);
  answers.note(6, 9, state.apply(6));
  const State::Part told = answers.part(State::kParts, state);
  EXPECT_EQ(told.one, 2U);  // the value of operation 4
  EXPECT_EQ(told.two, 1U);  // and of operation 2
}

}  // namespace
}  // namespace coordbench::testing::answers_test
