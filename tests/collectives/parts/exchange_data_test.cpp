#include "collectives/parts/exchange_data.hpp"

#include <gtest/gtest.h>

#include "tests/support/data_checks.hpp"

namespace coordbench::testing::exchange_data_test {
namespace {

constexpr int kRanks = 3;
Shape exchange(std::int64_t bytes) { return {.ranks = kRanks, .payload_bytes = bytes, .seed = 42}; }

/// Gives rank 1 the blocks that all ranks have for it in an operation.
void deliver(ExchangeData& receiver, Operation operation) {
  for (Rank rank = 0; rank < kRanks; ++rank) {
    ExchangeData sender(exchange(static_cast<std::int64_t>(receiver.block_bytes())), rank);
    sender.prepare(operation);
    copy(sender.outgoing(1), receiver.incoming(rank));
  }
}

TEST(ExchangeData, ChecksEveryByteOfEveryBlock) {
  for (const std::int64_t bytes : {1, 8, 100, 1024, 1040, 4097}) {
    ExchangeData data(exchange(bytes), 1);
    data.prepare(7);
    deliver(data, 7);
    std::set<std::size_t> sampled;
    const std::size_t block = data.block_bytes();
    for (std::size_t rank = 0; rank < kRanks; ++rank) sampled.merge(sampled_bytes(block, rank * block));
    expect_every_byte_checked(data, 7, data.incoming(), sampled);
  }
}

TEST(ExchangeData, NoticesThatNothingArrived) {
  ExchangeData data(exchange(1), 1);
  expect_silence_noticed(data, [&](Operation k) { deliver(data, k); });
}

TEST(ExchangeData, NoticesOneMissingBlockOfOneByte) {
  ExchangeData data(exchange(1), 1);
  for (Operation k = 0; k < 2000; ++k) {
    data.prepare(k);
    const auto missing = data.incoming(static_cast<Rank>(k % kRanks));
    const std::byte before = missing[0];
    deliver(data, k);
    ASSERT_TRUE(data.verify(k, Effort::full));
    missing[0] = before;
    EXPECT_FALSE(data.verify(k, Effort::full)) << "operation " << k;
    EXPECT_FALSE(data.verify(k, Effort::sampled)) << "operation " << k;
  }
}

TEST(ExchangeData, NoticesThePreviousOperationsBlocks) {
  ExchangeData data(exchange(64), 1);
  data.prepare(1);
  deliver(data, 0);
  EXPECT_FALSE(data.verify(1, Effort::full));
  EXPECT_FALSE(data.verify(1, Effort::sampled));
}

TEST(ExchangeData, NoticesSwappedBlocks) {
  ExchangeData data(exchange(64), 1);
  data.prepare(1);
  deliver(data, 1);
  std::swap_ranges(data.incoming(0).begin(), data.incoming(0).end(), data.incoming(2).begin());
  EXPECT_FALSE(data.verify(1, Effort::full));
  EXPECT_FALSE(data.verify(1, Effort::sampled));
}

TEST(ExchangeData, NoticesTheBlockMeantForAnotherRank) {
  ExchangeData data(exchange(64), 1), sender(exchange(64), 0);
  data.prepare(1);
  deliver(data, 1);
  sender.prepare(1);
  copy(sender.outgoing(2), data.incoming(0));
  EXPECT_FALSE(data.verify(1, Effort::full));
}

}  // namespace
}  // namespace coordbench::testing::exchange_data_test
