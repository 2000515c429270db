#include "kernels/replication/waiting.hpp"

#include <gtest/gtest.h>

#include "kernels/replication/turns.hpp"

namespace coordbench::testing::waiting_test {
namespace {

struct Taken {
  std::vector<Operation> operations{};
  bool is_all = false;
};
Taken take(replication::Waiting& waiting) {
  Taken taken;
  taken.is_all = waiting.take([&](Operation operation, const Payload& /*payload*/) { taken.operations.push_back(operation); });
  return taken;
}

TEST(ReplicationWaiting, GivesBackInTheOrderOfAskingAndOnce) {
  replication::Waiting waiting(4);
  for (const Operation k : {2, 0, 1, 0}) waiting.add(k, {});
  EXPECT_EQ(take(waiting).operations, (std::vector<Operation>{2, 0, 1}));
  EXPECT_TRUE(waiting.is_empty());
  EXPECT_TRUE(take(waiting).operations.empty());
}

TEST(ReplicationWaiting, PassesOverWhatTheWindowDoesNotHold) {
  replication::Waiting waiting(2);
  for (const Operation k : {0, 1, 2}) waiting.add(k, {});
  EXPECT_EQ(take(waiting).operations, (std::vector<Operation>{0, 1}));
}

TEST(ReplicationWaiting, KnowsWhetherAnythingWillFollow) {
  replication::Waiting waiting(4);
  waiting.end();
  EXPECT_FALSE(take(waiting).is_all) << "nothing waits";
  waiting.add(0, {});
  EXPECT_FALSE(take(waiting).is_all);
  waiting.add(1, {});
  waiting.end();
  EXPECT_TRUE(take(waiting).is_all);
  waiting.add(2, {});
  waiting.end();
  waiting.add(3, {});
  EXPECT_FALSE(take(waiting).is_all) << "something has followed";
}

TEST(ReplicationWaiting, ReturnsItsLeases) {
  PayloadArena arena(1, 8);
  replication::Waiting waiting(1);
  waiting.add(0, arena.allocate(8));
  EXPECT_FALSE(arena.has_free(1));
  waiting.clear();
  EXPECT_TRUE(arena.has_free(1));
}

TEST(RaftTurns, AreThoseOfDivision) {
  for (const int clients : {1, 2, 3, 4})
    for (const Operation k : {0, 1, 2, 3, 11, 1000, 99'999'999}) {
      const replication::Turn turn = replication::Turns(clients).of(k);
      EXPECT_EQ(turn.client, k % clients);
      EXPECT_EQ(turn.number, k / clients);
    }
}

}  // namespace
}  // namespace coordbench::testing::waiting_test
