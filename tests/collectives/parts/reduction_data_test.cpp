#include "collectives/parts/reduction_data.hpp"

#include <gtest/gtest.h>

#include "collectives/parts/tree.hpp"
#include "tests/support/data_checks.hpp"

namespace coordbench::testing::reduction_data_test {
namespace {

Shape sum_of_two(std::int64_t bytes) { return {.ranks = 2, .payload_bytes = bytes, .seed = 42}; }

/// Rank 0 folds in rank 1's input of operation `from`, its own operation being `to`.
void fold_peer(AllReductionData& data, AllReductionData& peer, Operation from) {
  peer.prepare(from);
  copy(peer.input(), data.inbox());
  data.fold();
}

TEST(ReductionData, ChecksEveryByteOfTheSum) {
  for (const std::int64_t bytes : {1, 8, 100, 1024, 1040, 4097}) {
    AllReductionData data(sum_of_two(bytes), 0), peer(sum_of_two(bytes), 1);
    data.prepare(7);
    fold_peer(data, peer, 7);
    expect_every_byte_checked(data, 7, data.result());
  }
}

TEST(ReductionData, ChecksEveryByteOfTheSumAtTheRoot) {
  static constexpr std::array parameters{kRoot};
  for (const std::int64_t bytes : {1, 8, 100, 1024, 1040, 4097}) {
    const Shape shape{.ranks = 2, .payload_bytes = bytes, .seed = 42, .parameters = parameters};
    RootReductionData root(shape, 0), peer(shape, 1);
    root.prepare(7);
    peer.prepare(7);
    copy(peer.input(), root.inbox());
    root.fold();
    expect_every_byte_checked(root, 7, root.result());
  }
}

TEST(ReductionData, NoticesThatNothingWasAdded) {
  for (const std::int64_t bytes : {1, 8, 100}) {
    AllReductionData data(sum_of_two(bytes), 0), peer(sum_of_two(bytes), 1);
    expect_silence_noticed(data, [&](Operation k) { fold_peer(data, peer, k); });
  }
}

TEST(ReductionData, NoticesAContributionOfThePreviousOperation) {
  AllReductionData data(sum_of_two(64), 0), peer(sum_of_two(64), 1);
  data.prepare(1);
  fold_peer(data, peer, 0);
  EXPECT_FALSE(data.verify(1, Effort::full));
  EXPECT_FALSE(data.verify(1, Effort::sampled));
}

TEST(ReductionData, NoticesAContributionThatCountsTwiceOrIsMissing) {
  AllReductionData data(sum_of_two(64), 0), peer(sum_of_two(64), 1);
  data.prepare(1);
  fold_peer(data, peer, 1);
  ASSERT_TRUE(data.verify(1, Effort::full));
  fold_peer(data, peer, 1);
  EXPECT_FALSE(data.verify(1, Effort::full));
  data.prepare(2);
  data.settle();
  EXPECT_FALSE(data.verify(2, Effort::full)) << "its own input is not the sum";
}

TEST(ReductionData, NoticesHalvesThatChangedPlaces) {
  AllReductionData data(sum_of_two(64), 0), peer(sum_of_two(64), 1);
  data.prepare(1);
  fold_peer(data, peer, 1);
  std::swap_ranges(data.result().begin(), data.result().begin() + 32, data.result().begin() + 32);
  EXPECT_FALSE(data.verify(1, Effort::full));
}

TEST(ReductionData, FoldsRangesOnlyWhereAsked) {
  AllReductionData data(sum_of_two(64), 0), peer(sum_of_two(64), 1);
  data.prepare(1);
  peer.prepare(1);
  copy(part(peer.input(), {0, 32}), part(data.inbox(), {0, 32}));
  data.fold({0, 32});
  EXPECT_FALSE(data.verify(1, Effort::full));
  copy(part(data.input(), {32, 32}), part(data.result(), {32, 32}));
  copy(part(peer.input(), {32, 32}), part(data.inbox(), {32, 32}));
  data.fold({32, 32});
  EXPECT_TRUE(data.verify(1, Effort::full));
}

TEST(ReductionData, LeavesTheInputAlone) {
  AllReductionData data(sum_of_two(64), 0), peer(sum_of_two(64), 1);
  data.prepare(1);
  const std::vector<std::byte> before(data.input().begin(), data.input().end());
  fold_peer(data, peer, 1);
  EXPECT_TRUE(std::ranges::equal(data.input(), before));
}

TEST(ReductionData, IsTheInputInAWorldOfOne) {
  AllReductionData data({.ranks = 1, .payload_bytes = 100, .seed = 42}, 0);
  expect_silence_noticed(data, [&](Operation) { data.settle(); });
}

TEST(ReductionData, AsksOnlyTheRootForAnAnswer) {
  static constexpr std::array parameters{kRoot};
  const Shape shape{.ranks = 2, .payload_bytes = 8, .seed = 42, .parameters = parameters};
  RootReductionData root(shape, 0), other(shape, 1);
  root.prepare(0);
  other.prepare(0);
  EXPECT_FALSE(root.verify(0, Effort::full));
  EXPECT_TRUE(other.verify(0, Effort::full));
}

}  // namespace
}  // namespace coordbench::testing::reduction_data_test
