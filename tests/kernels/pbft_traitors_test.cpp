// How many traitors PBFT bears: f of N = 3f + 1, and with one more two correct replicas carry out different requests.

#include <gtest/gtest.h>

#include "tests/kernels/violations.hpp"
#include "tests/safety/pbft/safety.hpp"

namespace coordbench::testing::pbft_traitors_test {
namespace {

/// Only what is claimed of what is carried out.
struct OneOrder : pbft::Safety {
  using Invariants = std::tuple<pbft::Agreement>;
};

/// Of so many schedules of four replicas. Twins lead and vote twice, once for each half of the others.
int found_among(int traitors, Authentication authentication, std::uint64_t schedules = 500) {
  return violations<OneOrder>(schedules, [=](Schedule& schedule) {
    Shape& shape = schedule.shape;
    shape.ranks = 4;
    shape.clients = 2;
    shape.authentication = authentication;
    if (shape["timeout_us"] == 0) set(shape, "timeout_us", 20);
    schedule.faults.for_ever = {};
    schedule.faults.traitors = {};
    schedule.faults.traitors.turn_every_ns = 50 * kHop;
    for (Rank rank = 0; rank < traitors; ++rank)
      schedule.faults.traitors.add({.rank = rank, .treasons = bit_of(Treason::twins)});
  });
}

constexpr std::array kAll{Authentication::none, Authentication::mac, Authentication::signature};

TEST(PbftTraitors, OneOfFourCannotMakeTwoOrders) {
  for (const Authentication authentication : kAll) EXPECT_EQ(found_among(1, authentication), 0);
}
TEST(PbftTraitors, TwoOfFourCan) {
  for (const Authentication authentication : kAll) EXPECT_GT(found_among(2, authentication), 0);
}

/// A primary that gives a number to other bytes than the client's.
struct Asked : pbft::Safety {
  using Invariants = std::tuple<pbft::Validity>;
  static bool lie(auto& lie) {
    if (lie.message.kind != pbft::Kind::pre_prepare || lie.payload.size() == 0) return false;
    lie.payload = lie.copy(lie.payload);
    lie.payload.data()[0] ^= std::byte{1};
    const auto& setting = lie.machine.replica().setting;
    lie.message.digest = pbft::machine::digest_of(pbft::machine::without_credentials(setting, lie.payload), lie.out);
    return true;
  }
};

/// Without credentials backups take the primary's word for what a client has asked.
TEST(PbftTraitors, InventsRequestsWhereNothingIsAuthenticated) {
  const auto found = [](Authentication authentication) {
    return violations<Asked>(200, [=](Schedule& schedule) {
      schedule.shape.ranks = 4;
      schedule.shape.clients = 1;
      schedule.shape.payload_bytes = 8;
      schedule.shape.authentication = authentication;
      schedule.faults.for_ever = {};
      schedule.faults.traitors = {};
      schedule.faults.traitors.add({.rank = 0, .treasons = bit_of(Treason::lying)});
    });
  };
  EXPECT_GT(found(Authentication::none), 0);
  EXPECT_EQ(found(Authentication::mac), 0);
  EXPECT_EQ(found(Authentication::signature), 0);
}

}  // namespace
}  // namespace coordbench::testing::pbft_traitors_test
