#include "kernels/replication/state.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace coordbench::testing::state_test {
namespace {

replication::State after(int sessions, const std::vector<std::int32_t>& operations) {
  replication::State state(sessions);
  for (const std::int32_t operation : operations) state.apply(operation);
  return state;
}

TEST(ReplicationState, GivesEachOperationItsPlaceInTheOrder) {
  replication::State state(2);
  EXPECT_EQ(state.apply(1), 0U);
  EXPECT_EQ(state.apply(0), 1U);
  EXPECT_EQ(state.apply(3), 2U);
  EXPECT_EQ(state.count(), 3U);
}

TEST(ReplicationState, KeepsOfEachClientTheLastOperationAndItsValue) {
  const replication::State state = after(3, {0, 1, 4, 3, 7});
  EXPECT_EQ(state.session(0), (replication::State::Session{3, 3})) << "client 0";
  EXPECT_EQ(state.session(1), (replication::State::Session{7, 4})) << "client 1";
  EXPECT_EQ(state.session(2), (replication::State::Session{-1, 0})) << "client 2 has asked nothing yet";
}

TEST(ReplicationState, DigestsTheOrder) {
  EXPECT_EQ(after(1, {0, 1, 2}).digest(), after(1, {0, 1, 2}).digest());
  EXPECT_NE(after(1, {0, 1, 2}).digest(), after(1, {0, 2, 1}).digest());
  EXPECT_NE(after(1, {0, 1}).digest(), after(1, {0, 2}).digest());
  EXPECT_NE(after(1, {}).digest(), after(1, {0}).digest());
}

TEST(ReplicationState, TravelsInPartsInAnyOrder) {
  const replication::State sent = after(4, {0, 2, 1, 4, 6});
  std::vector<std::uint32_t> order{0, 1, 2, 3, 4};
  ASSERT_EQ(order.size(), replication::State::kParts);
  do {
    replication::State received(4);
    for (const std::uint32_t number : order) received.set_part(number, sent.part(number));
    EXPECT_EQ(received.count(), sent.count());
    EXPECT_EQ(received.digest(), sent.digest());
    for (std::size_t client = 0; client < 4; ++client) EXPECT_EQ(received.session(client), sent.session(client));
    EXPECT_EQ(received.apply(8), 5U);
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace coordbench::testing::state_test
