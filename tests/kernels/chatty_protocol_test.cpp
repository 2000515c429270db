#include "kernels/chatty_protocol.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/round_trips.hpp"
#include "tests/safety/chatty_protocol/safety.hpp"

namespace coordbench::testing::chatty_protocol_test {
namespace {

using Chatty = ChattyProtocol;
using chatty_protocol::Safety;
using World = Watched<Safety>;

struct Work {
  std::int64_t items, batch, handshake, resend_us = 0, bytes = 8;
};
Shape shape_with(int ranks, const Work& work) {
  return shape_of<Chatty>(
      ranks, work.bytes,
      {{"items", work.items}, {"batch", work.batch}, {"handshake", work.handshake}, {"resend_us", work.resend_us}});
}

TEST(ChattyProtocol, CostsWhatItDeclaresForEveryN) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t resend_us : {0, 1000})
      for (const std::int64_t handshake : {2, 8})
        for (const std::int64_t batch : {1, 3, 7})
          round_trips::expect_declared_costs<Safety>(shape_with(ranks, {7, batch, handshake, resend_us}));
}

TEST(ChattyProtocol, CostsWhatItDeclaresForEveryBatch) {
  for (std::int64_t items = 1; items <= 9; ++items)
    for (std::int64_t batch = 1; batch <= items; ++batch)
      for (const std::int64_t handshake : {2, 4, 6, 8})
        for (const std::int64_t bytes : {0, 8, 13})
          round_trips::expect_declared_costs<Safety>(shape_with(3, {items, batch, handshake, 0, bytes}));
}

TEST(ChattyProtocol, CostsByHand) {
  const auto is = [](int ranks, const Work& work, int messages) {
    const Cost cost = Chatty::cost(shape_with(ranks, work), 0);
    return cost.messages == Range(messages) && cost.delays[Chatty::worked] == Range(std::max(messages - 1, 0)) &&
           cost.delays[Chatty::answered] == Range(messages);
  };
  EXPECT_TRUE(is(1, {64, 1, 8}, 0));
  EXPECT_TRUE(is(2, {64, 1, 8}, 512));
  EXPECT_TRUE(is(9, {64, 1, 2}, 128)) << "those between the two have no part in it";
  EXPECT_TRUE(is(2, {64, 64, 8}, 8));
  EXPECT_TRUE(is(2, {64, 60, 2}, 4)) << "the second request carries 4 items";
  EXPECT_TRUE(is(2, {64, 16, 4}, 16));
  EXPECT_TRUE(is(2, {kDelaysMost / 8, 1, 8}, 32760)) << "the longest";
}

TEST(ChattyProtocol, TellsTheStoryOfTwoRequests) {
  World world(shape_with(3, {3, 2, 4}), {}, 1);
  world.propose(0);
  world.run();
  world.expect_end();
  EXPECT_EQ(world.conversation(),
            "   0  0 → 2  operation 0, turn 0\n"
            "   1  2 → 0  operation 0, turn 0\n"
            "   2  0 → 2  operation 0, turn 1\n"  // two items
            "   3  2 → 0  operation 0, turn 1\n"
            "   4  0 → 2  operation 0, turn 2\n"
            "   5  2 → 0  operation 0, turn 2\n"
            "   6  0 → 2  operation 0, turn 3\n"  // one item
            "   7  2 → 0  operation 0, turn 3\n");
  EXPECT_EQ(world.machine(2).applied(), 3);
  EXPECT_EQ(world.machine(1).applied(), 0);
}

/// Whatever the batch, all items travel, and the rest is headers.
TEST(ChattyProtocol, ARequestCarriesTheBytesOfAllItsItems) {
  for (const std::int64_t batch : {1, 2, 3, 5, 10})
    for (const std::int64_t handshake : {2, 8}) {
      const Shape shape = shape_with(2, {10, batch, handshake, 0, 100});
      World world(shape, {}, 1);
      world.propose(0);
      world.run();
      const auto headers = 2 * Chatty::trips(shape) * static_cast<std::int64_t>(sizeof(Chatty::Message) + sizeof(Depth));
      EXPECT_EQ(world.traffic().bytes_sent(), headers + 10 * 100) << batch;
    }
}

/// A worker by itself, and the answer that it would give.
TEST(ChattyProtocol, AcceptsAllBytesOfAllItemsAndNothingElse) {
  const Shape shape = shape_with(2, {4, 2, 2});
  PayloadArena arena(4, 64);
  const auto outcome = [&](std::size_t first, std::size_t second) {
    Outbox<Chatty::Message> out(bounds_of<Chatty>(shape, 1));
    Chatty worker(shape, 1);
    worker.step(0, {.first = 0, .turn = 0}, arena.allocate(first), out);
    worker.step(0, {.first = 0, .turn = 1}, arena.allocate(second), out);
    return worker.answer(0);
  };
  EXPECT_TRUE(accepts<Chatty>(shape, 0, outcome(16, 16)));
  EXPECT_FALSE(accepts<Chatty>(shape, 0, outcome(8, 16))) << "an item is missing";
  EXPECT_FALSE(accepts<Chatty>(shape, 0, outcome(16, 8)));
  EXPECT_EQ(outcome(16, 16).payload.size(), 8U) << "the last item";
}

TEST(ChattyProtocol, TellsTheStoryOfALostAnswer) {
  World world(shape_with(2, {2, 1, 2, 1}), {}, 1);
  world.propose_without(1, 0, 1500);
  EXPECT_EQ(world.conversation(),
            "   0  0 → 1  operation 0, turn 0\n"
            "   1  1 → 0  operation 0, turn 0  (cut off)\n"
            "1000  0 → 1  operation 0, turn 0 again\n"
            "1001  1 → 0  operation 0, turn 0 again  (cut off)\n"
            "2000  0 → 1  operation 0, turn 0 again\n"
            "2001  1 → 0  operation 0, turn 0 again\n"
            "2002  0 → 1  operation 0, turn 1\n"
            "2003  1 → 0  operation 0, turn 1\n");
  EXPECT_EQ(world.machine(1).applied(), 2) << "no item twice";
}

/// A round trip takes 1,200 ns, and the time-out is 1,000: every question is asked twice, and the late answers change nothing.
TEST(ChattyProtocol, LateAnswersChangeNothing) {
  World world(shape_with(2, {3, 1, 4, 1}), {.delay_least_ns = 600}, 1);
  world.propose(0);
  world.run();
  world.expect_end();
  EXPECT_EQ(world.counted(), 12);
  EXPECT_EQ(world.traffic().background_messages, 12);
  EXPECT_EQ(world.machine(1).applied(), 3);
}

TEST(ChattyProtocol, AWorkerThatForgetsWorksTwice) {
  World world(shape_with(2, {1, 1, 2, 1}), {}, 1);
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
      << "outside of what is promised";
}

TEST(ChattyProtocol, KeepsOperationsInFlightApart) {
  Shape shape = shape_with(3, {5, 2, 4});
  shape.in_flight = 8;
  round_trips::expect_operations_in_flight_apart<Safety>(shape);
}

TEST(ChattyProtocol, TakesWhatItDeclaresUnderLoss) {
  round_trips::expect_declared_messages_under_loss<Chatty>(shape_with(2, {3, 1, 4, 1}), 30'000);
}

TEST(ChattyProtocol, SaysWhatLossDoesToIt) { round_trips::expect_loss_is_tolerated_with_time_outs_only<Chatty>(); }
TEST(ChattyProtocol, KeepsAndSendsNoMoreThanItsBounds) {
  round_trips::expect_no_more_than_bounds<Chatty>({{"items", 5}, {"batch", 2}, {"handshake", 2}, {"resend_us", 1}});
}

TEST(ChattyProtocol, RefusesWhatDoesNotFit) {
  EXPECT_EQ(Chatty::unfit(shape_with(2, {64, 64, 8})), "");
  EXPECT_NE(Chatty::unfit(shape_with(2, {64, 65, 8})), "") << "more than there is";
  EXPECT_NE(Chatty::unfit(shape_with(2, {64, 1, 3})), "") << "no answer at the end";
  EXPECT_EQ(Chatty::unfit(shape_with(2, {64, 64, 8, 0, 65'536})), "");
  EXPECT_NE(Chatty::unfit(shape_with(2, {64, 64, 8, 0, 65'537})), "") << "above 4 MiB";
  EXPECT_EQ(Chatty::unfit(shape_with(2, {64, 1, 8, 0, 8 << 20})), "") << "a batch of one is never joined";
}

}  // namespace
}  // namespace coordbench::testing::chatty_protocol_test
