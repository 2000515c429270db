#include "kernels/sequential_polling.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/round_trips.hpp"
#include "tests/safety/sequential_polling/safety.hpp"

namespace coordbench::testing::sequential_polling_test {
namespace {

using Poll = SequentialPolling;
using sequential_polling::Safety;
using World = Watched<Safety>;

Shape poll_shape(int ranks, std::int64_t resend_us = 0, std::int64_t bytes = 8) {
  return shape_of<Poll>(ranks, bytes, {{"resend_us", resend_us}});
}

TEST(SequentialPolling, CostsWhatItDeclaresForEveryN) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t resend_us : {0, 1000}) round_trips::expect_declared_costs<Safety>(poll_shape(ranks, resend_us));
}

TEST(SequentialPolling, CostsByHand) {
  const auto is = [](int ranks, int messages, int asked, int answered) {
    const Cost cost = Poll::cost(poll_shape(ranks), 0);
    return cost.messages == Range(messages) && cost.delays[Poll::asked] == Range(asked) &&
           cost.delays[Poll::answered] == Range(answered);
  };
  EXPECT_TRUE(is(1, 0, 0, 0));
  EXPECT_TRUE(is(2, 2, 1, 2));
  EXPECT_TRUE(is(5, 8, 7, 8));
  EXPECT_TRUE(is(64, 126, 125, 126));
}

TEST(SequentialPolling, TellsTheStoryOfAPoll) {
  World world(poll_shape(4), {}, 1);
  world.propose(0);
  world.run();
  world.expect_end();
  EXPECT_EQ(world.conversation(),
            "   0  0 → 1  operation 0, turn 0\n"
            "   1  1 → 0  operation 0, turn 0\n"
            "   2  0 → 2  operation 0, turn 1\n"
            "   3  2 → 0  operation 0, turn 1\n"
            "   4  0 → 3  operation 0, turn 2\n"
            "   5  3 → 0  operation 0, turn 2\n");
}

TEST(SequentialPolling, PayloadsGoOneWay) {
  World world(poll_shape(5, 0, 64), {}, 1);
  world.propose(0);
  world.run();
  EXPECT_EQ(world.traffic().bytes_sent(), static_cast<std::int64_t>(8 * (sizeof(Poll::Message) + sizeof(Depth)) + 4 * 64));
}

TEST(SequentialPolling, TellsTheStoryOfALostQuestion) {
  World world(poll_shape(3, 1), {}, 1);
  world.propose_without(0, 2, 1500);
  EXPECT_EQ(world.conversation(),
            "   0  0 → 1  operation 0, turn 0\n"
            "   1  1 → 0  operation 0, turn 0\n"
            "   2  0 → 2  operation 0, turn 1  (cut off)\n"
            "1002  0 → 2  operation 0, turn 1 again  (cut off)\n"
            "2002  0 → 2  operation 0, turn 1 again\n"
            "2003  2 → 0  operation 0, turn 1 again\n");
}

TEST(SequentialPolling, TellsTheStoryOfALostAnswer) {
  World world(poll_shape(3, 1), {}, 1);
  world.propose_without(1, 0);
  EXPECT_EQ(world.conversation(),
            "   0  0 → 1  operation 0, turn 0\n"
            "   1  1 → 0  operation 0, turn 0  (cut off)\n"
            "1000  0 → 1  operation 0, turn 0 again\n"
            "1001  1 → 0  operation 0, turn 0 again\n"
            "1002  0 → 2  operation 0, turn 1\n"
            "1003  2 → 0  operation 0, turn 1\n");
  EXPECT_EQ(world.machine(1).applied(), 1);
}

TEST(SequentialPolling, HearsAnAnswerOnce) {
  World world(poll_shape(3), {.duplication = 1}, 1);
  world.propose(0);
  world.run();
  world.expect_end();
  EXPECT_EQ(world.counted(), 2 * 3) << "both copies of a question are answered, and one answer is heard";
}

TEST(SequentialPolling, WaitsForTheOneThatIsDown) {
  World world(poll_shape(4, 1), {}, 1);
  world.crash(2);
  world.propose(0);
  world.run_until(100'000);
  EXPECT_FALSE(world.has_ended(0));
  EXPECT_EQ(world.machine(1).applied(), 1);
  EXPECT_EQ(world.machine(3).applied(), 0) << "it is never asked";
  world.restart(2);
  world.run();
  world.expect_end();
}

TEST(SequentialPolling, ForgetsOnlyWithItsMemory) {
  World world(poll_shape(2, 1), {}, 1);
  world.cut(1, 0);
  world.propose(0);
  world.run_until(500);
  world.mend();
  world.crash(1, /*forgets=*/true);
  EXPECT_THROW(
      {
        world.restart(1);
        world.run();
      },
      Violation)
      << "a rank that has lost its memory takes the question a second time: outside of what is promised";
}

TEST(SequentialPolling, KeepsOperationsInFlightApart) {
  Shape shape = poll_shape(5);
  shape.in_flight = 8;
  round_trips::expect_operations_in_flight_apart<Safety>(shape);
}

/// 180,000 round trips: the standard error is at most 0.19 % of the mean, as exactly_once_send_test.cpp says of its operations.
TEST(SequentialPolling, TakesWhatItDeclaresUnderLoss) {
  round_trips::expect_declared_messages_under_loss<Poll>(poll_shape(4, 1), 60'000);
}

TEST(SequentialPolling, SaysWhatLossDoesToIt) { round_trips::expect_loss_is_tolerated_with_time_outs_only<Poll>(); }
TEST(SequentialPolling, KeepsAndSendsNoMoreThanItsBounds) { round_trips::expect_no_more_than_bounds<Poll>({{"resend_us", 1}}); }

TEST(SequentialPolling, RefusesMoreDelaysThanAreCounted) {
  EXPECT_EQ(Poll::unfit(poll_shape(16384)), "");
  EXPECT_NE(Poll::unfit(poll_shape(16385)), "");
}

}  // namespace
}  // namespace coordbench::testing::sequential_polling_test
