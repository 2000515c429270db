#include "collectives/empty.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::empty_test {
namespace {

TEST(Empty, SendsNothing) {
  EXPECT_EQ(messages_counted<Empty>(1), 0);
  EXPECT_EQ(messages_counted<Empty>(17), 0);
  expect_closed_form_up_to<Empty>(4);
}

TEST(Empty, HasNoPayload) {
  EXPECT_FALSE(Empty::about.has_payload);
  EXPECT_EQ(Empty::Data::memory_bytes(shape_of<Empty>(8)), 0);
}

}  // namespace
}  // namespace coordbench::testing::empty_test
