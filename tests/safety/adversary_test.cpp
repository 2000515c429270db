#include <gtest/gtest.h>

#include <set>

#include "tests/safety/probe.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::adversary_test {
namespace {

using World = Cluster<Probe>;

Shape probe_shape(int ranks, std::int64_t every_ns = 0) { return shape_of<Probe>(ranks, 8, {{"every_ns", every_ns}}); }

std::vector<Operation> received(const World& world, Rank rank) {
  std::vector<Operation> operations;
  for (const auto& arrival : world.machine(rank).arrivals) operations.push_back(arrival.operation);
  return operations;
}

/// Rank 0 sends `count` messages to rank 1, a tick apart.
void send_many(World& world, Operation count) {
  for (Operation k = 0; k < count; ++k) {
    world.run_until(k);
    world.propose(k);
  }
  world.run_until(count + 1000);
}

TEST(Adversary, PartitionCutsOneDirectionOnly) {
  World world(probe_shape(2));
  world.cut(0, 1);
  world.propose(0, 0);
  world.propose(1, 1);
  world.run();
  EXPECT_TRUE(received(world, 1).empty());
  EXPECT_EQ(received(world, 0), std::vector<Operation>{1});
  world.mend();
  world.propose(2, 0);
  world.run();
  EXPECT_EQ(received(world, 1), std::vector<Operation>{2});
  EXPECT_EQ(world.happened().cut, 1);
}

TEST(Adversary, ASlowPairDelaysOneDirectionAndLosesNothing) {
  World world(probe_shape(2, 1000));
  world.propose(0, 0);
  world.slow(0, 1, 10);
  world.propose(1, 0);
  world.propose(2, 1);
  world.run_until(20);
  using Arrivals = std::vector<Probe::Arrival>;
  EXPECT_EQ(world.machine(1).arrivals, (Arrivals{{1, 0, 8}, {11, 1, 8}})) << "what was on its way comes in time";
  EXPECT_EQ(world.machine(0).arrivals, (Arrivals{{1, 2, 8}}));
}

TEST(Adversary, PauseDelaysEverythingAndLosesNothing) {
  World world(probe_shape(2, 10));
  world.pause(1);
  for (Operation k = 0; k < 3; ++k) world.propose(k);
  world.run_until(25);
  EXPECT_TRUE(world.machine(1).arrivals.empty());
  EXPECT_TRUE(world.machine(1).ticks.empty());
  EXPECT_EQ(world.machine(0).ticks, (std::vector<Time>{10, 20}));
  world.resume(1);
  EXPECT_EQ(received(world, 1), (std::vector<Operation>{0, 1, 2}));
  EXPECT_EQ(world.machine(1).arrivals.front().at, 25);
  EXPECT_EQ(world.machine(1).ticks, std::vector<Time>{25});
}

TEST(Adversary, CrashLosesWhatArrivesMeanwhileAndKeepsTheState) {
  World world(probe_shape(2));
  world.propose(0);
  world.run();
  world.crash(1);
  world.propose(1);
  world.run();
  world.restart(1);
  world.propose(2);
  world.run();
  EXPECT_EQ(received(world, 1), (std::vector<Operation>{0, 2}));
  EXPECT_EQ(world.machine(1).restarts, 1);
}

TEST(Adversary, AmnesiaMakesTheMachineAnew) {
  World world(probe_shape(2));
  world.propose(0);
  world.run();
  world.crash(1, true);
  world.restart(1);
  EXPECT_TRUE(received(world, 1).empty());
  EXPECT_EQ(world.machine(1).restarts, 0) << "it knows of no life before";
  EXPECT_EQ(world.observer().interrupted.back().cause, Cause::reborn);
}

TEST(Adversary, CrashInTheMiddleOfSendingLetsTheFirstMessagesLeave) {
  World world(probe_shape(5));
  world.crash_while_sending(0, 2);
  world.propose(0);
  world.run();
  EXPECT_FALSE(world.is_up(0));
  EXPECT_EQ(received(world, 1).size() + received(world, 2).size(), 2U);
  EXPECT_EQ(received(world, 3).size() + received(world, 4).size(), 0U);
}

TEST(Adversary, ClocksDrift) {
  World world(probe_shape(4, 1000), {.seed = 3, .drift_per_million = 300'000});
  world.run_until(100'000);
  std::set<std::size_t> ticks;
  for (Rank rank = 0; rank < 4; ++rank) {
    ticks.insert(world.machine(rank).ticks.size());
    EXPECT_NEAR(static_cast<double>(world.machine(rank).ticks.size()), 100, 31) << "at most 30 % fast or slow";
    Time due = 0;
    for (const Time at : world.machine(rank).ticks) {
      due += 1000;
      ASSERT_TRUE(at == due || at == due + 1) << "on its own clock it is on time, but for rounding: " << at;
    }
  }
  EXPECT_EQ(ticks.size(), 4U) << "no two alike";
}

TEST(Adversary, CrashesDoNotMultiplyTheAlarms) {
  World world(probe_shape(1, 1000));
  for (Time at = 1; at <= 50; ++at) {
    world.run_until(at);
    world.crash(0);
    world.restart(0);
  }
  world.run_until(100'000);
  EXPECT_EQ(world.machine(0).ticks.size(), 100U);
  EXPECT_LE(world.events(), 100 + 50);
}

TEST(Adversary, ALocalClockCanBeAskedBothWays) {
  for (const std::int64_t drift : {-300'000, -7, 0, 1, 250'000})
    for (const Time local : {0, 1, 2, 999'999, 1'000'000, 123'456'789}) {
      const LocalClock clock(drift);
      const Time world = clock.when_it_shows(local);
      EXPECT_GE(clock.shows(world), local) << drift;
      EXPECT_TRUE(world == 0 || clock.shows(world - 1) < local) << drift;
    }
}

TEST(Adversary, LosesAndDoublesAsOftenAsItSays) {
  World world(probe_shape(2), {.loss = 0.25, .duplication = 0.5}, 10'000);
  send_many(world, 10'000);
  EXPECT_NEAR(static_cast<double>(world.happened().lost), 2500, 200);
  EXPECT_NEAR(static_cast<double>(world.happened().duplicated), 3750, 250);
  EXPECT_EQ(static_cast<std::int64_t>(received(world, 1).size()), 10'000 - world.happened().lost + world.happened().duplicated);
}

class Delays : public ::testing::TestWithParam<Faults::Delay> {};

TEST_P(Delays, StayWithinTheirBoundsAndOvertakeUnlessInOrder) {
  for (const bool fifo : {false, true}) {
    World world(probe_shape(2, 1'000'000), {.delay = GetParam(), .delay_least_ns = 5, .delay_most_ns = 500, .fifo = fifo},
                2000);
    send_many(world, 2000);
    const auto operations = received(world, 1);
    ASSERT_EQ(operations.size(), 2000U);
    EXPECT_EQ(std::is_sorted(operations.begin(), operations.end()), fifo || GetParam() == Faults::Delay::constant);
    EXPECT_EQ(world.happened().overtaken > 0, !fifo && GetParam() != Faults::Delay::constant);
    for (const auto& arrival : world.machine(1).arrivals) {
      ASSERT_GE(arrival.at - arrival.operation, 5);
      ASSERT_LE(arrival.at - arrival.operation, 500);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(EveryDistribution, Delays,
                         ::testing::Values(Faults::Delay::constant, Faults::Delay::uniform, Faults::Delay::exponential,
                                           Faults::Delay::heavy_tail));

TEST(Adversary, NothingFailsOnceItHasHealed) {
  Faults faults{.seed = 5, .loss = 0.5, .duplication = 0.5, .heals_at_ns = 5000};
  faults.partition_every_ns = faults.crash_every_ns = faults.pause_every_ns = 100;
  faults.partition_lasts_ns = faults.crash_lasts_ns = faults.pause_lasts_ns = 1'000'000;  // only healing ends them
  World world(probe_shape(4), faults);
  world.run_until(4999);
  EXPECT_GT(world.happened().crashes, 0);
  EXPECT_GT(world.happened().pauses, 0);
  EXPECT_GT(world.happened().partitions, 0);
  world.run_until(5000);
  std::vector<std::size_t> before;
  for (Rank rank = 0; rank < 4; ++rank) before.push_back(received(world, rank).size());
  for (Operation k = 0; k < 60; ++k) world.propose(k, static_cast<Rank>(k % 4));
  world.run();
  for (Rank rank = 0; rank < 4; ++rank)
    EXPECT_EQ(received(world, rank).size(), before[static_cast<std::size_t>(rank)] + 45) << "rank " << rank;
}

TEST(Adversary, HealingEndsEveryPause) {
  World world(probe_shape(3), {.pause_every_ns = 10, .pause_lasts_ns = 1'000'000, .heals_at_ns = 1000});
  world.run_until(999);
  for (Rank rank = 0; rank < 3; ++rank) EXPECT_FALSE(world.listens(rank));
  world.run();
  for (Rank rank = 0; rank < 3; ++rank) EXPECT_TRUE(world.listens(rank));
}

TEST(Adversary, TheSwarmDrawsEveryKindOfFaultOnAndOff) {
  constexpr int kDraws = 2000;
  int without_any = 0;
  std::vector<int> on(kFaultKinds.size());
  Random random(1);
  for (int i = 0; i < kDraws; ++i) {
    const Faults faults = Faults::swarm(random, 100);
    int kinds = 0;
    for (std::size_t kind = 0; kind < kFaultKinds.size(); ++kind)
      if (kFaultKinds[kind].is_on(faults)) ++kinds, ++on[kind];
    if (kinds == 0) ++without_any;
  }
  EXPECT_GT(without_any, kDraws / 16);
  for (std::size_t kind = 0; kind < kFaultKinds.size(); ++kind) {
    if (kFaultKinds[kind].name == "cuts for ever" || kFaultKinds[kind].name == "traitors") {  // a protocol's own draw asks
      EXPECT_EQ(on[kind], 0);
      continue;
    }
    EXPECT_GT(on[kind], kDraws / 8) << kFaultKinds[kind].name;
    EXPECT_LT(on[kind], kDraws * 7 / 8) << kFaultKinds[kind].name;
  }
}

TEST(Adversary, SeveralPayloadsTravelAsOne) {
  GrowingArena arena;
  std::vector<Payload> payloads;
  for (std::int64_t k = 0; k < 20; ++k) {
    payloads.push_back(arena.allocate(24));
    Pattern::of(1, k, 0).fill(payloads.back().bytes());
  }
  const Payload joined = arena.join(payloads);
  ASSERT_EQ(joined.size(), 480U);
  for (std::int64_t k = 0; k < 20; ++k)
    EXPECT_TRUE(Pattern::of(1, k, 0).matches(joined.part(static_cast<std::size_t>(24 * k), 24).bytes())) << k;
}

}  // namespace
}  // namespace coordbench::testing::adversary_test
