#include "collectives/parts/states_data.hpp"

#include <gtest/gtest.h>

#include "tests/support/data_checks.hpp"

namespace coordbench::testing::states_data_test {
namespace {

constexpr int kRanks = 3;
Shape states(std::int64_t bytes) { return {.ranks = kRanks, .payload_bytes = bytes, .seed = 42}; }

/// Shows `viewer` (rank 1) the states of the others in an operation.
void show(StatesData& viewer, Operation operation) {
  for (const Rank rank : {0, 2}) {
    StatesData other(states(static_cast<std::int64_t>(viewer.own().size())), rank);
    other.prepare(operation);
    copy(other.own(), viewer.seen(rank));
  }
}

TEST(StatesData, ChecksEveryByteOfEveryOthersState) {
  for (const std::int64_t bytes : {1, 8, 100, 1024, 1040, 4097})
    for (const Rank rank : {0, 2}) {
      StatesData data(states(bytes), 1);
      data.prepare(7);
      show(data, 7);
      expect_every_byte_checked(data, 7, data.seen(rank));
    }
}

TEST(StatesData, NoticesOneMissingStateOfOneByte) {
  StatesData data(states(1), 1);
  for (Operation k = 0; k < 2000; ++k) {
    data.prepare(k);
    const auto missing = data.seen(k % 2 == 0 ? 0 : 2);
    const std::byte before = missing[0];
    show(data, k);
    ASSERT_TRUE(data.verify(k, Effort::full));
    missing[0] = before;
    EXPECT_FALSE(data.verify(k, Effort::full)) << "operation " << k;
    EXPECT_FALSE(data.verify(k, Effort::sampled)) << "operation " << k;
  }
}

TEST(StatesData, NoticesStatesOfThePreviousUpdate) {
  StatesData data(states(64), 1);
  data.prepare(1);
  show(data, 0);
  EXPECT_FALSE(data.verify(1, Effort::full));
  EXPECT_FALSE(data.verify(1, Effort::sampled));
}

TEST(StatesData, NoticesSwappedStates) {
  StatesData data(states(64), 1);
  data.prepare(1);
  show(data, 1);
  std::swap_ranges(data.seen(0).begin(), data.seen(0).end(), data.seen(2).begin());
  EXPECT_FALSE(data.verify(1, Effort::full));
  EXPECT_FALSE(data.verify(1, Effort::sampled));
}

}  // namespace
}  // namespace coordbench::testing::states_data_test
