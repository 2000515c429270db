// What quorums of phase 1 and phase 2 must meet for: where they need not, two values are chosen for one slot.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/kernels/violations.hpp"
#include "tests/safety/multi_paxos/paxos_world.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::multi_paxos_quorums_test {
namespace {

/// Only what is claimed of a slot.
struct OneValue : multi_paxos::Safety {
  using Invariants = std::tuple<multi_paxos::Agreement>;
};

/// Quorums that have `together` servers in all, past what the kernel calls unfit.
int found_with(int surplus) {
  return violations<OneValue>(4000, [surplus](Schedule& schedule) {
    const int ranks = schedule.shape.ranks;
    const std::int64_t q1 = 1 + static_cast<std::int64_t>(schedule.shape.seed / 8) % std::max(1, ranks - 1);
    set(schedule.shape, "q1", q1);
    set(schedule.shape, "q2", std::max<std::int64_t>(1, ranks + surplus - q1));
  });
}

TEST(MultiPaxosQuorums, SchedulesFindTwoValuesWhereTheyNeedNotMeet) {
  const int found = found_with(0);
  EXPECT_GT(found, 0);
  ::testing::Test::RecordProperty("violations", found);
}
TEST(MultiPaxosQuorums, SchedulesFindOneValueWhereTheyMeet) { EXPECT_EQ(found_with(1), 0); }

/// Two of four servers on either side of a partition: both sides are a quorum of both phases, and both choose for slot 1.
TEST(MultiPaxosQuorums, TellTheStoryOfTwoValuesForASlot) {
  Shape shape = shape_of<MultiPaxos>(4, 8, {{"election_timeout_us", 2}, {"q1", 2}, {"q2", 2}});
  shape.in_flight = 2;
  ASSERT_NE(MultiPaxos::unfit(shape), "");
  using World = Cluster<MultiPaxos, History<MultiPaxos>>;
  World world(shape, {.delay_least_ns = 100, .delay_most_ns = 100}, 2);
  world.run_until(150);
  for (const Rank one : {0, 1})
    for (const Rank other : {2, 3}) world.cut(one, other), world.cut(other, one);
  world.propose(0, 0);
  world.run_until(10'000);
  const auto leads = [&](Rank rank) { return world.machine(rank).replica().ballots.leads(); };
  const Rank second = leads(2) ? 2 : 3;
  ASSERT_TRUE(leads(0) && leads(second));
  world.propose(1, second);
  world.run_until(10'350);
  const paxos::Replica &here = world.machine(0).replica(), &there = world.machine(second).replica();
  EXPECT_GE(here.commit_index, 1U);
  EXPECT_GE(there.commit_index, 1U);
  EXPECT_EQ(here.log[1].operation, 0);
  EXPECT_EQ(there.log[1].operation, 1);
}

/// A leader alone has accepted what waits for its batch, but tells nobody of it yet, so it has not chosen it either.
TEST(MultiPaxosQuorums, OfOneServerChooseABatchWhenItLeaves) {
  Shape shape = shape_of<MultiPaxos>(3, 8, {{"q1", 3}, {"q2", 1}, {"batch", 4}});
  shape.in_flight = 12;
  multi_paxos::PaxosWorld world(shape, {}, 6);
  for (Operation k = 0; k < 6; ++k) world.propose(k);
  world.run();  // the answers to the first four find two that wait
  EXPECT_EQ(world.machine(0).replica().commit_index, 4U);
  world.flush();
  world.run();
  const auto& reached = world.history().reached;
  const auto is_committed = [](const auto& it) { return it.mark == paxos::committed; };
  EXPECT_EQ(std::count_if(reached.begin(), reached.end(), is_committed), 6);
}

}  // namespace
}  // namespace coordbench::testing::multi_paxos_quorums_test
