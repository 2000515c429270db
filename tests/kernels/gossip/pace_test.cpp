// When a rank calls, by timers and on receipt; lock-step is each kernel's own test.
#include <gtest/gtest.h>

#include "kernels/pull_gossip.hpp"
#include "kernels/push_gossip.hpp"
#include "kernels/push_pull_gossip.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::pace_test {
namespace {

using gossip::Message;

constexpr Faults kDelays{.delay_least_ns = 200};

template <class Gossip>
struct World {
  explicit World(const Shape& shape) : cluster(shape, kDelays) {
    if (begins_everywhere<Gossip>(shape))
      cluster.begin_everywhere(0);
    else
      cluster.propose(0);
    cluster.run();
  }
  [[nodiscard]] int informed() const {
    int sum = 0;
    for (Rank rank = 0; rank < cluster.size(); ++rank) sum += cluster.machine(rank).answer(0).outcome == gossip::kInformed;
    return sum;
  }
  [[nodiscard]] std::int64_t messages() const { return cluster.traffic().messages_sent; }
  Cluster<Gossip> cluster;
};

TEST(GossipByTimers, PushesAsOftenAsTtlSays) {
  for (const int ranks : {1, 2, 3, 8}) {
    for (const std::int64_t fanout : {1, 2}) {
      if (fanout >= std::max(2, ranks)) continue;
      const World<PushGossip> world(shape_of<PushGossip>(ranks, 8, {{"fanout", fanout}, {"ttl", 40}}));
      EXPECT_EQ(world.informed(), ranks);
      EXPECT_EQ(world.messages(), ranks > 1 ? ranks * 40 * fanout : 0);
    }
  }
}

TEST(GossipByTimers, StopsOnceKHaveSaidThatTheyKnew) {
  const World<PushGossip> world(shape_of<PushGossip>(2, 8, {{"ttl", 40}, {"k", 3}}));
  // Rank 0 informs rank 1; then each hears three times from the other, whom it calls each time, that it knew.
  EXPECT_EQ(world.messages(), 1 + 2 * (3 + 3));
}

TEST(GossipByTimers, PullsUntilItKnows) {
  for (const int ranks : {1, 2, 8}) {
    const World<PullGossip> world(shape_of<PullGossip>(ranks));
    EXPECT_EQ(world.informed(), ranks);
    EXPECT_GE(world.messages(), 2 * (ranks - 1));
  }
  EXPECT_EQ(World<PullGossip>(shape_of<PullGossip>(2)).messages(), 2);
}

TEST(GossipByTimers, ReachesNobodyFromWhomNobodyAsksOften) {
  const World<PullGossip> world(shape_of<PullGossip>(64, 8, {{"ttl", 1}}));
  EXPECT_LT(world.informed(), 64);
  EXPECT_GE(world.informed(), 1);
}

TEST(GossipOnReceipt, TellsOnceWhateverItReaches) {
  for (const int ranks : {2, 3, 8, 64}) {
    const World<PushGossip> world(shape_of<PushGossip>(ranks, 8, {{"pace", gossip::receipt}}));
    EXPECT_EQ(world.messages(), world.informed());
  }
}

TEST(GossipOnReceipt, PullsUntilEverybodyKnows) {
  for (const int ranks : {1, 2, 8, 64}) {
    EXPECT_EQ(World<PullGossip>(shape_of<PullGossip>(ranks, 8, {{"pace", gossip::receipt}})).informed(), ranks);
    EXPECT_EQ(World<PushPullGossip>(shape_of<PushPullGossip>(ranks, 8, {{"pace", gossip::receipt}})).informed(), ranks);
  }
}

TEST(GossipOnReceipt, AsksNobodyIfItKnewBeforeItBegan) {
  const Shape shape = shape_of<PullGossip>(8, 8, {{"pace", gossip::receipt}});
  PullGossip machine(shape, 5);
  Outbox<Message> out(bounds_of<PullGossip>(shape, 5));
  machine.step(2, {.first = 0, .round = 0, .kind = Message::Kind::rumour}, {}, out);
  machine.begin(0, out);
  EXPECT_TRUE(out.envelopes().empty());
}

TEST(GossipReach, IsWhatOneComputesByHand) {
  EXPECT_EQ(gossip::Reach(2, 1).informed(), 2);
  // Of three, the first call informs a second rank, which finds the third with probability 1/2.
  EXPECT_DOUBLE_EQ(gossip::Reach(3, 1).informed(), 2.5);
  EXPECT_DOUBLE_EQ(gossip::Reach(3, 2).informed(), 3);
}

TEST(GossipPace, IsRefusedWhereAParameterMeansNothing) {
  EXPECT_EQ(PushGossip::unfit(shape_of<PushGossip>(8, 8, {{"k", 2}})), "");
  EXPECT_EQ(PushGossip::unfit(shape_of<PushGossip>(8, 8, {{"k", 2}, {"pace", gossip::receipt}})), "k is for pace=timer");
}

}  // namespace
}  // namespace coordbench::testing::pace_test
