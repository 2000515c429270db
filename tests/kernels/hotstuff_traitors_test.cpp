// How many traitors HotStuff bears: f of N = 3f + 1, and with one more two correct servers decide different blocks.

#include <gtest/gtest.h>

#include "kernels/hotstuff.hpp"
#include "tests/kernels/violations.hpp"
#include "tests/safety/hotstuff/safety.hpp"

namespace coordbench::testing::hotstuff_traitors_test {
namespace {

/// Only what is claimed of what is decided.
struct OneOrder : hotstuff::Safety {
  using Invariants = std::tuple<hotstuff::Agreement>;
};

/// Of so many schedules of four servers. Twins lead and vote twice, once for each half of the others.
int found_among(int traitors, std::int64_t mode) {
  return violations<OneOrder>(1000, [=](Schedule& schedule) {
    Shape& shape = schedule.shape;
    shape.ranks = 4;
    shape.clients = 2;
    set(shape, "mode", mode);
    set(shape, "new_view", 0);
    if (shape["timeout_us"] == 0) set(shape, "timeout_us", 20);
    schedule.faults.for_ever = {};
    schedule.faults.traitors = {};
    schedule.faults.traitors.turn_every_ns = 50 * kHop;
    for (Rank rank = 0; rank < traitors; ++rank)
      schedule.faults.traitors.add({.rank = rank, .treasons = bit_of(Treason::twins)});
  });
}

TEST(HotstuffTraitors, ExecuteOneOrderIfFAreTraitors) {
  for (const std::int64_t mode : {0, 1}) EXPECT_EQ(found_among(1, mode), 0) << "mode " << mode;
}
TEST(HotstuffTraitors, ExecuteTwoOrdersIfOneMoreIs) {
  for (const std::int64_t mode : {0, 1}) {
    const int found = found_among(2, mode);
    EXPECT_GT(found, 0) << "mode " << mode;
    ::testing::Test::RecordProperty(mode == 0 ? "basic" : "chained", found);
  }
}

}  // namespace
}  // namespace coordbench::testing::hotstuff_traitors_test
