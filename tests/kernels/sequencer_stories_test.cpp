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
