#include <gtest/gtest.h>

#include "tests/kernels/sequencer_group.hpp"

namespace coordbench::testing::sequencer::sequencer_stories_test {
namespace {

std::string story_of(const Shape& shape, Operation operations) {
  Group group(shape, {}, operations);
  for (Operation k = 0; k < operations; ++k) {
    group.propose(k);
    group.run();
  }
  group.expect_end();
  return group.conversation();
}

TEST(Sequencer, TellsTheStoryOfAUnicastAndABroadcast) {
  EXPECT_EQ(story_of(sequencer_shape(3), 3),
            "   0  0 → 2  request 0\n"
            "   1  2 → 0  ordered 0 as 0\n"
            "   1  2 → 1  ordered 0 as 0\n"
            "   2  1 → 2  request 1\n"
            "   3  2 → 0  ordered 1 as 1\n"
            "   3  2 → 1  ordered 1 as 1\n"
            "   4  2 → 0  ordered 2 as 2\n"  // the sequencer need not ask itself
            "   4  2 → 1  ordered 2 as 2\n");
}

TEST(Sequencer, TellsTheStoryOfTwoBroadcasts) {
  EXPECT_EQ(story_of(sequencer_shape(3, {{"variant", kBB}}), 3),
            "   0  0 → 1  request 0\n"
            "   0  0 → 2  request 0\n"
            "   1  2 → 0  number 0 is 0\n"
            "   1  2 → 1  number 0 is 0\n"
            "   2  1 → 2  request 1\n"
            "   2  1 → 0  request 1\n"
            "   3  2 → 0  number 1 is 1\n"
            "   3  2 → 1  number 1 is 1\n"
            "   4  2 → 0  ordered 2 as 2\n"
            "   4  2 → 1  ordered 2 as 2\n");
}

TEST(Sequencer, TellsTheStoryOfANumberAndABroadcast) {
  EXPECT_EQ(story_of(sequencer_shape(3, {{"variant", kUUB}}), 3),
            "   0  0 → 2  request 0\n"
            "   1  2 → 0  number 0 is 0\n"
            "   2  0 → 1  ordered 0 as 0\n"
            "   2  0 → 2  ordered 0 as 0\n"
            "   3  1 → 2  request 1\n"
            "   4  2 → 1  number 1 is 1\n"
            "   5  1 → 2  ordered 1 as 1\n"
            "   5  1 → 0  ordered 1 as 1\n"
            "   6  2 → 0  ordered 2 as 2\n"
            "   6  2 → 1  ordered 2 as 2\n");
}

/// UUB: the sender delivers when it has its number, one delay before the others.
TEST(Sequencer, ASenderThatAskedForItsNumberDeliversFirst) {
  Group group(sequencer_shape(4, {{"variant", kUUB}}), {}, 1);
  group.propose(0);
  group.run();
  for (const auto& it : group.history().reached) {
    if (it.mark == Sequencer::ordered) continue;
    EXPECT_EQ(it.depth, it.rank == 0 ? 2 : 3) << it.rank;
  }
}

/// UUB: the sequencer waits for the first of eight numbers, and gives eight of its own away as soon as it has come. Each of
/// those is ordered and delivered in the same step.
TEST(Sequencer, HasRoomForAGapThatEndsAndForAllThatWaitedForIt) {
  const Shape shape = sequencer_shape(2, {{"variant", kUUB}, {"senders", 2}, {"keep", 8}}, 8);
  Outbox<Sequencer::Message> out(bounds_of<Sequencer>(shape, 1));
  Sequencer machine(shape, 1);
  const auto hear = [&](std::uint32_t first, std::uint32_t number, std::uint32_t count, Kind kind) {
    out.clear();
    machine.step(0, {first, number, count, kind, 0}, {}, out);
  };
  for (std::uint32_t i = 0; i < 8; ++i) hear(2 * i, 0, 1, Kind::request);
  for (Operation k = 1; k < 16; k += 2) {
    out.clear();
    machine.propose(k, {}, out);
    EXPECT_TRUE(out.completions().empty()) << "rank 1 lags behind by as much as it may";
  }
  for (std::uint32_t i = 1; i < 8; ++i) hear(2 * i, i, 1, Kind::ordered);
  hear(0, 8, 0, Kind::acknowledge);
  hear(0, 0, 1, Kind::ordered);
  EXPECT_EQ(out.completions().size(), 24U);
}

/// Only rank 0 has heard of operation 0 when the sequencer goes for good. Rank 1 takes over, and must not give its number away.
TEST(Sequencer, TellsTheStoryOfAFailover) {
  Group group(sequencer_shape(3, {{"senders", 1}, {"timeout_us", 1}}, 2), {}, 2);
  group.propose(0);
  group.crash_while_sending(2, 1);
  group.run_until(10);
  group.exclude(2);
  group.run_until(20);
  group.propose(1);
  group.run_until(500);
  EXPECT_EQ(group.delivered_at(0), (std::vector<Operation>{0, 1}));
  EXPECT_EQ(group.delivered_at(1), (std::vector<Operation>{0, 1}));
  group.restart(2);
  group.run_until(5000);
  EXPECT_EQ(group.conversation(),
            "   0  0 → 2  request 0\n"
            "   1  2 → 0  ordered 0 as 0\n"
            "   1  2 → 1  ordered 0 as 0  (lost)\n"
            "   1  2 crashes\n"
            "  11  0 is told of epoch 1\n"
            "  11  0 → 1  has delivered 1\n"
            "  11  1 is told of epoch 1\n"
            "  12  1 → 0  ask 0\n"
            "  13  0 → 1  ordered 0 as 0 again\n"
            "  14  1 → 0  open from 1\n"
            "  20  0 → 1  request 1\n"
            "  21  1 → 2  ordered 1 as 1\n"
            "  21  1 → 0  ordered 1 as 1\n"
            " 500  2 is told of epoch 1\n"  // from now on it is silent
            " 500  2 is back\n"
            "1000  0 → 1  acknowledge 2\n");
}

/// A message of the old sequencer that comes after its exclusion says nothing any more.
TEST(Sequencer, RefusesMessagesOfEarlierEpochs) {
  for (const std::int64_t variant : {kUB, kBB, kUUB}) {
    Group group(sequencer_shape(3, {{"variant", variant}, {"senders", 1}, {"timeout_us", 1}}, 2), {}, 2);
    group.pause(1);
    group.propose(0);
    group.run_until(2);  // what the sequencer sent to rank 1 is held there
    group.crash(2);
    group.exclude(2);
    group.run_until(10);
    group.propose(1);
    group.resume(1);
    group.run_until(20'000);
    EXPECT_EQ(group.delivered_at(0), group.delivered_at(1)) << variant;
    EXPECT_EQ(group.delivered_at(0).size(), 2U) << variant;
  }
}

/// What only an excluded sequencer had delivered may get another number: total order is promised to those that take part.
TEST(Sequencer, WhatOnlyTheExcludedSequencerDeliveredIsOrderedAnew) {
  Group group(sequencer_shape(3, {{"senders", 2}, {"timeout_us", 1}}), {}, 2);
  group.cut(2, 0), group.cut(2, 1);
  group.propose(0);
  group.run_until(1);
  group.mend();
  group.crash(2);
  group.exclude(2);
  group.run_until(2);
  group.propose(1);
  group.run_until(20'000);
  EXPECT_EQ(group.delivered_at(2), std::vector<Operation>{0});
  EXPECT_EQ(group.delivered_at(0), group.delivered_at(1));
  EXPECT_EQ(group.delivered_at(0).size(), 2U);
}

TEST(Sequencer, TellsTheStoryOfAGapThatIsFilled) {
  const Shape shape = sequencer_shape(3, {{"senders", 1}, {"timeout_us", 1}}, 2);
  Group group(shape, {}, 2);
  group.propose(0);
  group.run_until(0);
  group.cut(2, 1);
  group.run_until(1);
  group.mend();
  group.propose(1);
  group.run();
  group.expect_end();
  EXPECT_EQ(group.conversation(),
            "   0  0 → 2  request 0\n"
            "   1  2 → 0  ordered 0 as 0\n"
            "   1  2 → 1  ordered 0 as 0  (cut off)\n"
            "   1  0 → 2  request 1\n"
            "   2  2 → 0  ordered 1 as 1\n"
            "   2  2 → 1  ordered 1 as 1\n"
            "1000  0 → 2  acknowledge 2\n"
            "2003  1 → 2  ask 0\n"
            "2004  2 → 1  ordered 0 as 0 again\n"
            "2005  1 → 2  acknowledge 2\n");
}

TEST(Sequencer, TellsTheStoryOfALastNumberThatWasLost) {
  Group group(sequencer_shape(3, {{"variant", kBB}, {"senders", 1}, {"timeout_us", 1}}), {}, 1);
  group.propose(0);
  group.run_until(0);
  group.cut(2, 1);
  group.run_until(1);
  group.mend();
  group.run();
  group.expect_end();
  EXPECT_EQ(group.conversation(),
            "   0  0 → 1  request 0\n"
            "   0  0 → 2  request 0\n"
            "   1  2 → 0  number 0 is 0\n"
            "   1  2 → 1  number 0 is 0  (cut off)\n"
            "1000  0 → 2  acknowledge 1\n"
            "3001  2 → 1  ordered 0 as 0 again\n"  // rank 1 does not know that there is a number that it lacks
            "3002  1 → 2  acknowledge 1\n");
}

TEST(Sequencer, AsksAgainForANumberWhenTheRequestWasLost) {
  for (const std::int64_t variant : {kUB, kBB}) {
    Group group(sequencer_shape(4, {{"variant", variant}, {"timeout_us", 1}}), {}, 1);
    group.cut(0, 3);
    group.propose(0);
    group.mend();
    group.run();
    group.expect_end();
    EXPECT_EQ(group.delivered_at(0), std::vector<Operation>{0});
  }
}

TEST(Sequencer, GoesOnFromWhereItWasWhenTheSequencerIsBack) {
  Group group(sequencer_shape(3, {{"timeout_us", 1}}, 2), {}, 4);
  group.propose(0);
  group.propose(1);
  group.crash_while_sending(2, 1);  // only rank 0 hears of the first number
  group.run_until(500);
  EXPECT_FALSE(group.is_up(2));
  group.propose(3);
  group.run_until(900);
  group.restart(2);
  group.run();
  EXPECT_EQ(group.delivered_at(0).size(), 3U);
  EXPECT_EQ(group.delivered_at(0), group.delivered_at(1));
  EXPECT_EQ(group.delivered_at(0), group.delivered_at(2));
}

}  // namespace
}  // namespace coordbench::testing::sequencer::sequencer_stories_test
