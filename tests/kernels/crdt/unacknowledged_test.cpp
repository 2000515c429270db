#include "kernels/crdt/unacknowledged.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace coordbench::crdt::unacknowledged_test {
namespace {

using Sent = std::vector<std::pair<Rank, Unacknowledged::Number>>;

Sent send_again(Unacknowledged& list, Time now) {
  Sent sent;
  list.send_again(now, [&sent](Rank peer, Unacknowledged::Number update) { sent.emplace_back(peer, update); });
  return sent;
}
int room_of(Unacknowledged list) {
  int room = 0;
  for (; list.has_room(); ++room) list.told(0);
  return room;
}

TEST(Unacknowledged, WaitsForNothingWhenNothingWasTold) { EXPECT_EQ(Unacknowledged(3, 0, 4, 100).deadline(), kNever); }

TEST(Unacknowledged, SendsEachUpdateAgainToThoseThatDidNotAcknowledgeIt) {
  Unacknowledged list(4, 1, 4, 100);
  list.told(7);
  list.told(8);
  list.acknowledge(2, 0);
  list.acknowledge(3, 1);
  EXPECT_EQ(list.deadline(), 107);
  EXPECT_EQ(send_again(list, 107), (Sent{{0, 0}, {3, 0}})) << "the second came behind the alarm";
  EXPECT_EQ(list.deadline(), 207);
  EXPECT_EQ(send_again(list, 207), (Sent{{0, 0}, {3, 0}, {0, 1}, {2, 1}}));
}

TEST(Unacknowledged, GivesEveryUpdateAWholeTimeOut) {
  Unacknowledged list(2, 0, 4, 100);
  list.told(0);
  EXPECT_EQ(send_again(list, 100), (Sent{{1, 0}}));
  list.told(150);
  EXPECT_EQ(send_again(list, 200), (Sent{{1, 0}})) << "the second was told half a time-out ago";
  EXPECT_EQ(send_again(list, 300), (Sent{{1, 0}, {1, 1}}));
}

TEST(Unacknowledged, RestsOnceAllHaveAcknowledged) {
  Unacknowledged list(3, 1, 4, 100);
  list.told(0);
  list.acknowledge(0, 0);
  list.acknowledge(2, 0);
  EXPECT_EQ(send_again(list, 100), Sent{});
  EXPECT_EQ(list.deadline(), kNever);
  list.told(500);
  EXPECT_EQ(list.deadline(), 600);
}

TEST(Unacknowledged, HasRoomForSoManyAfterTheOldest) {
  for (const int keep : {1, 2, 3, 5, 64}) {
    Unacknowledged list(3, 0, keep, 100);
    EXPECT_EQ(room_of(list), keep);
    for (int i = 0; i < keep; ++i) list.told(0);
    for (Unacknowledged::Number update = 1; update < static_cast<Unacknowledged::Number>(keep); ++update)
      for (const Rank peer : {1, 2}) list.acknowledge(peer, update);
    list.acknowledge(1, 0);
    EXPECT_EQ(room_of(list), 0) << "the oldest holds up all others";
    list.acknowledge(2, 0);
    EXPECT_EQ(room_of(list), keep);
  }
}

TEST(Unacknowledged, CountsAnAcknowledgementOnce) {
  Unacknowledged list(3, 0, 1, 100);
  list.told(0);
  list.acknowledge(1, 0);
  list.acknowledge(1, 0);
  EXPECT_FALSE(list.has_room());
  EXPECT_EQ(send_again(list, 100), (Sent{{2, 0}}));
}

TEST(Unacknowledged, TakesNoLateAcknowledgementForThatOfANewUpdate) {
  Unacknowledged list(2, 0, 1, 100);
  list.told(0);
  list.acknowledge(1, 0);
  list.told(10);
  list.acknowledge(1, 0);
  EXPECT_FALSE(list.has_room()) << "both updates lie in the same slot";
  list.acknowledge(1, 7);
  EXPECT_FALSE(list.has_room()) << "and nobody can acknowledge what was not told";
  list.acknowledge(1, 1);
  EXPECT_TRUE(list.has_room());
}

}  // namespace
}  // namespace coordbench::crdt::unacknowledged_test
