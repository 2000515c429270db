#include "collectives/parts/broadcast_data.hpp"

#include <gtest/gtest.h>

#include "collectives/parts/tree.hpp"
#include "tests/support/data_checks.hpp"

namespace coordbench::testing::broadcast_data_test {
namespace {

constexpr std::array kParameters{kRoot};
Shape broadcast(std::int64_t bytes) { return {.ranks = 3, .payload_bytes = bytes, .seed = 42, .parameters = kParameters}; }

TEST(BroadcastData, ChecksEveryByte) {
  for (const std::int64_t bytes : {1, 8, 100, 1024, 1040, 4097}) {
    BroadcastData root(broadcast(bytes), 0), leaf(broadcast(bytes), 1);
    root.prepare(7);
    leaf.prepare(7);
    copy(root.payload(), leaf.payload());
    expect_every_byte_checked(leaf, 7, leaf.payload());
    expect_every_byte_checked(root, 7, root.payload());
  }
}

TEST(BroadcastData, NoticesThatNothingArrived) {
  for (const std::int64_t bytes : {1, 8, 100}) {
    BroadcastData root(broadcast(bytes), 0), leaf(broadcast(bytes), 1);
    expect_silence_noticed(leaf, [&](Operation k) {
      root.prepare(k);
      copy(root.payload(), leaf.payload());
    });
  }
}

TEST(BroadcastData, NoticesThePreviousOperationsPayload) {
  BroadcastData root(broadcast(64), 0), leaf(broadcast(64), 1);
  root.prepare(0);
  leaf.prepare(1);
  copy(root.payload(), leaf.payload());
  EXPECT_FALSE(leaf.verify(1, Effort::full));
  EXPECT_FALSE(leaf.verify(1, Effort::sampled));
}

TEST(BroadcastData, NoticesHalvesThatChangedPlaces) {
  BroadcastData root(broadcast(64), 0);
  root.prepare(0);
  std::swap_ranges(root.payload().begin(), root.payload().begin() + 32, root.payload().begin() + 32);
  EXPECT_FALSE(root.verify(0, Effort::full));
}

TEST(BroadcastData, RotatesItsBuffers) {
  BroadcastData root(broadcast(8), 0);
  root.prepare(0);
  const auto* const before = root.payload().data();
  root.prepare(1);
  EXPECT_NE(root.payload().data(), before);
}

}  // namespace
}  // namespace coordbench::testing::broadcast_data_test
