#include "kernels/crdt/outstanding.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace coordbench::crdt::outstanding_test {
namespace {

using Sent = std::vector<std::pair<Rank, std::int64_t>>;

Sent send_again(Outstanding& outstanding, Time now) {
  Sent sent;
  outstanding.send_again(now, [&sent](Rank peer, std::int64_t acknowledged) { sent.emplace_back(peer, acknowledged); });
  return sent;
}

TEST(Outstanding, WaitsForNothingWhenNothingWasSent) { EXPECT_EQ(Outstanding(3, 0, 100).deadline(), kNever); }

TEST(Outstanding, SendsAgainToThoseThatDidNotAcknowledge) {
  Outstanding outstanding(4, 1, 100);
  outstanding.sent(1, 7);
  EXPECT_EQ(outstanding.deadline(), 107);
  outstanding.acknowledge(2, 1);
  EXPECT_EQ(send_again(outstanding, 107), (Sent{{0, 0}, {3, 0}}));
  EXPECT_EQ(outstanding.deadline(), 207);
}

TEST(Outstanding, RestsOnceAllHaveAcknowledged) {
  Outstanding outstanding(3, 1, 100);
  outstanding.sent(1, 0);
  outstanding.sent(2, 1);
  outstanding.acknowledge(0, 2);
  outstanding.acknowledge(2, 2);
  EXPECT_EQ(send_again(outstanding, 100), Sent{});
  EXPECT_EQ(outstanding.deadline(), kNever);
}

TEST(Outstanding, GivesEveryUpdateAWholeTimeOut) {
  Outstanding outstanding(2, 0, 100);
  outstanding.sent(1, 0);
  outstanding.sent(2, 99);
  outstanding.acknowledge(1, 1);
  EXPECT_EQ(send_again(outstanding, 100), Sent{}) << "the second was sent only just now";
  EXPECT_EQ(outstanding.deadline(), 200);
  EXPECT_EQ(send_again(outstanding, 200), (Sent{{1, 1}}));
}

TEST(Outstanding, BelievesTheGreatestAcknowledgement) {
  Outstanding outstanding(2, 0, 100);
  outstanding.sent(3, 0);
  outstanding.acknowledge(1, 3);
  outstanding.acknowledge(1, 2);
  outstanding.acknowledge(1, 3);
  EXPECT_EQ(outstanding.acknowledged(1), 3);
  EXPECT_EQ(send_again(outstanding, 100), Sent{});
}

TEST(Outstanding, AfterACrashKnowsNothingOfAnyPeer) {
  Outstanding outstanding(3, 0, 100);
  outstanding.sent(2, 0);
  outstanding.acknowledge(1, 2);
  outstanding.forget(50);
  EXPECT_EQ(outstanding.deadline(), 50);
  EXPECT_EQ(send_again(outstanding, 50), (Sent{{1, Outstanding::forgotten}, {2, Outstanding::forgotten}}));
}

TEST(Outstanding, AfterACrashBeforeTheFirstUpdateHasNothingToSend) {
  Outstanding outstanding(3, 0, 100);
  outstanding.forget(50);
  EXPECT_EQ(outstanding.deadline(), kNever);
}

}  // namespace
}  // namespace coordbench::crdt::outstanding_test
