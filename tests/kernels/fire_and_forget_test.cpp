#include "kernels/fire_and_forget.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/deliveries.hpp"
#include "tests/safety/fire_and_forget/safety.hpp"

namespace coordbench::testing::fire_and_forget_test {
namespace {

using delivery::Census, delivery::delivery_shape, delivery::expect_declared_costs;
using fire_and_forget::Safety;
using World = delivery::Deliveries<Safety>;

TEST(FireAndForget, CostsWhatItDeclaresForEveryN) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const int clients : {0, 1, 2, 5}) expect_declared_costs<Safety>(delivery_shape<FireAndForget>(ranks, clients), 7);
}

TEST(FireAndForget, CostsByHand) {
  const auto cost = [](int ranks, int clients) {
    return FireAndForget::cost(delivery_shape<FireAndForget>(ranks, clients), 0);
  };
  EXPECT_EQ(cost(1, 0).messages, Range(0));
  EXPECT_EQ(cost(1, 1).messages, Range(1));
  EXPECT_EQ(cost(64, 0).messages, Range(1));
  EXPECT_EQ(cost(64, 0).delays[FireAndForget::handed_over], Range(0));
  EXPECT_EQ(cost(64, 0).delays[FireAndForget::delivered], Range(1));
  World world(delivery_shape<FireAndForget>(5), {}, 1);
  world.propose(0);
  world.run();
  EXPECT_EQ(world.traffic().bytes_sent(), static_cast<std::int64_t>(4 + sizeof(Depth) + 8));
}

TEST(FireAndForget, TellsTheStoryOfTwoMessagesOfWhichNobodySpeaks) {
  World world(delivery_shape<FireAndForget>(3), {}, 2);
  world.propose(0);
  EXPECT_EQ(world.times(0, FireAndForget::handed_over), 1) << "before anything arrives";
  EXPECT_EQ(world.times(0, FireAndForget::delivered), 0);
  world.propose(1);
  world.run();
  world.expect_end();
  EXPECT_EQ(world.conversation(),
            "   0  0 → 2  message 0\n"
            "   0  0 → 2  message 1\n");
  EXPECT_EQ(world.machine(2).applied(), 2);
}

TEST(FireAndForget, AClientSendsToTheLastServer) {
  World world(delivery_shape<FireAndForget>(2, 3), {}, 4);
  for (Operation k = 0; k < 4; ++k) world.propose(k);
  world.run();
  world.expect_end();
  EXPECT_EQ(world.conversation(),
            "   0  2 → 1  message 0\n"
            "   0  3 → 1  message 1\n"
            "   0  4 → 1  message 2\n"
            "   0  2 → 1  message 3\n");
}

TEST(FireAndForget, WhatIsLostIsGoneAndItsSenderDoesNotKnow) {
  World world(delivery_shape<FireAndForget>(2), {}, 2);
  world.cut(0, 1);
  world.propose(0);
  world.run();
  world.mend();
  world.propose(1);
  world.run();
  world.expect_end();
  EXPECT_EQ(world.times(0, FireAndForget::handed_over), 1);
  EXPECT_EQ(world.times(0, FireAndForget::delivered), 0);
  EXPECT_EQ(world.times(1, FireAndForget::delivered), 1);
}

TEST(FireAndForget, WhatIsDoubledIsDeliveredTwice) {
  World world(delivery_shape<FireAndForget>(2), {.duplication = 1}, 1);
  world.propose(0);
  world.run();
  world.expect_end();
  EXPECT_EQ(world.times(0, FireAndForget::delivered), 2) << "the damage that it does not exclude";
  EXPECT_EQ(world.machine(1).applied(), 2);
}

/// An operation is delivered 0, 1 or 2 times, with a variance of at most 0.69: 200,000 operations have a mean whose standard
/// error is at most 0.0019, a fifth of what is tolerated.
TEST(FireAndForget, IsDeliveredAsOftenAsTheNetworkLets) {
  constexpr std::int64_t kOperations = 200'000;
  for (const auto& [lost, doubled] : {std::pair{0.0, 0.0}, {0.01, 0.1}, {0.1, 0.0}, {0.3, 0.3}, {0.5, 0.5}}) {
    const Faults faults{.seed = 3, .loss = lost, .duplication = doubled};
    const Census<FireAndForget> census(delivery_shape<FireAndForget>(2), faults, kOperations);
    EXPECT_NEAR(census.applications(), (1 - lost) * (1 + doubled), 0.01) << lost << ", " << doubled;
    EXPECT_EQ(census.messages(), 1.0);
  }
}

TEST(FireAndForget, EndsInSilenceWhereMessagesAreLostAndOneAtATime) {
  Shape shape = delivery_shape<FireAndForget>(2);
  EXPECT_EQ(FireAndForget::silence(shape).first, 0);
  EXPECT_EQ(FireAndForget::unfit(shape), "");
  EXPECT_EQ(FireAndForget::messages_under_loss(shape), 1);
  shape.loss = {.lost = 0.1, .doubled = 0.5, .delay_ns = 1'000'000};
  EXPECT_GT(FireAndForget::silence(shape).first, 1'000'000) << "what is held back is waited for";
  EXPECT_EQ(FireAndForget::under_loss(shape), UnderLoss::errs);
  EXPECT_DOUBLE_EQ(FireAndForget::applications(shape), 0.9 * 1.5);
  EXPECT_EQ(FireAndForget::messages_under_loss(shape), 1);
  EXPECT_EQ(FireAndForget::unfit(shape), "");
  shape.in_flight = 2;
  EXPECT_NE(FireAndForget::unfit(shape), "");
  shape.ranks = 1;
  EXPECT_EQ(FireAndForget::messages_under_loss(shape), 0);
  EXPECT_EQ(FireAndForget::applications(shape), 1) << "nothing is sent";
}

TEST(FireAndForget, AcceptsTheOperationsOwnPayloadOnly) {
  const Shape shape = delivery_shape<FireAndForget>(2);
  EXPECT_TRUE(accepts<FireAndForget>(shape, 3, {.outcome = 1}));
  EXPECT_FALSE(accepts<FireAndForget>(shape, 3, {.outcome = 0}));
  EXPECT_FALSE(accepts<FireAndForget>(shape, 3, {.outcome = 1, .of = 2}));
}

TEST(FireAndForget, KeepsOnePayloadHoweverManyCome) {
  const Shape shape = delivery_shape<FireAndForget>(2);
  const Bounds bounds = bounds_of<FireAndForget>(shape, 1);
  PayloadArena arena(bounds.leases + 1, 8);  // and the one that is arriving
  Outbox<FireAndForget::Message> out(bounds);
  FireAndForget receiver(shape, 1);
  for (std::uint32_t k = 0; k < 1000; ++k) {
    const Payload payload = arena.allocate(8);
    ASSERT_TRUE(payload) << k;
    receiver.step(0, {.first = k}, payload, out);
    out.clear();
  }
  EXPECT_EQ(receiver.applied(), 1000);
}

TEST(FireAndForget, HearsOfItsSenderAlone) {
  EXPECT_EQ(FireAndForget::hears_from(delivery_shape<FireAndForget>(4), 3), 0);
  EXPECT_EQ(FireAndForget::hears_from(delivery_shape<FireAndForget>(4), 0), 3);
  EXPECT_EQ(FireAndForget::hears_from(delivery_shape<FireAndForget>(4, 1), 3), 4) << "the client";
  EXPECT_EQ(FireAndForget::hears_from(delivery_shape<FireAndForget>(4, 2), 3), std::nullopt);
  EXPECT_EQ(FireAndForget::hears_from(delivery_shape<FireAndForget>(1), 0), std::nullopt);
}

}  // namespace
}  // namespace coordbench::testing::fire_and_forget_test
