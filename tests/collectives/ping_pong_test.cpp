#include "collectives/ping_pong.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::ping_pong_test {
namespace {

TEST(PingPong, SendsThereAndBackOrNothingAlone) {
  EXPECT_EQ(messages_counted<PingPong>(1), 0);
  EXPECT_EQ(messages_counted<PingPong>(2), 2);
  EXPECT_EQ(messages_counted<PingPong>(17), 2);
  expect_closed_form_up_to<PingPong>(17);
}

TEST(PingPong, ReturnsThePayloadItself) { EXPECT_EQ(run_collective<PingPong>(shape_of<PingPong>(3, 4097), 1).bytes, 2 * 4097); }

TEST(PingPong, IsARoundTripOfRankZero) {
  EXPECT_EQ(PingPong::about.latency, Latency::proposer);
  EXPECT_EQ(PingPong::delays(shape_of<PingPong>(1)), 0);
  EXPECT_EQ(PingPong::delays(shape_of<PingPong>(5)), 2);
}

}  // namespace
}  // namespace coordbench::testing::ping_pong_test
