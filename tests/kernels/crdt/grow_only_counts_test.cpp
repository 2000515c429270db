#include "kernels/crdt/grow_only_counts.hpp"

#include <gtest/gtest.h>

#include "tests/support/random.hpp"

namespace coordbench::crdt::grow_only_counts_test {
namespace {

using testing::Random;
using Counts = GrowOnlyCounts;

constexpr int kReplicas = 5;

/// A state that some run could lead to.
Counts drawn(Random& random) {
  Counts counts(kReplicas);
  for (Rank replica = 0; replica < kReplicas; ++replica)
    for (int left = random.between(0, 9); left > 0; --left) counts.increment(replica);
  return counts;
}

std::vector<std::byte> written(const Counts& counts) {
  std::vector<std::byte> bytes(Counts::bytes(kReplicas));
  counts.write(bytes);
  return bytes;
}
Counts join(Counts a, const Counts& b) {
  a.join(written(b));
  return a;
}
Counts join(Counts a, const Counts::Delta& delta) {
  a.join(delta);
  return a;
}
bool is_no_larger(const Counts& a, const Counts& b) { return join(a, b) == b; }

TEST(GrowOnlyCounts, JoinsAreIdempotentCommutativeAndAssociative) {
  Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const Counts a = drawn(random), b = drawn(random), c = drawn(random);
    EXPECT_EQ(join(a, a), a);
    EXPECT_EQ(join(a, b), join(b, a));
    EXPECT_EQ(join(join(a, b), c), join(a, join(b, c)));
  }
}

TEST(GrowOnlyCounts, AJoinIsTheLeastUpperBound) {
  Random random(2);
  for (int i = 0; i < 1000; ++i) {
    const Counts a = drawn(random), b = drawn(random), joined = join(a, b);
    EXPECT_TRUE(is_no_larger(a, joined));
    EXPECT_TRUE(is_no_larger(b, joined));
    for (Rank replica = 0; replica < kReplicas; ++replica) EXPECT_EQ(joined[replica], std::max(a[replica], b[replica]));
  }
}

TEST(GrowOnlyCounts, AnIncrementOnlyGrows) {
  Random random(3);
  for (int i = 0; i < 1000; ++i) {
    const Counts before = drawn(random);
    Counts after = before;
    after.increment(random.below(kReplicas));
    EXPECT_TRUE(is_no_larger(before, after));
    EXPECT_FALSE(is_no_larger(after, before));
    EXPECT_EQ(after.value(), before.value() + 1);
  }
}

TEST(GrowOnlyCounts, ADeltaJoinedIsTheIncrementItself) {
  Random random(4);
  for (int i = 0; i < 1000; ++i) {
    const Counts before = drawn(random);
    const Rank replica = random.below(kReplicas);
    Counts after = before;
    after.increment(replica);
    EXPECT_EQ(join(before, after.delta(replica)), after);
    EXPECT_EQ(join(after, after.delta(replica)), after) << "twice is once";
    EXPECT_EQ(join(after, before.delta(replica)), after) << "one that was overtaken changes nothing";
  }
}

TEST(GrowOnlyCounts, AllDeltasOfAReplicaJoinIntoItsNewest) {
  Counts replica(kReplicas), told_all(kReplicas), told_last(kReplicas);
  for (int i = 0; i < 20; ++i) {
    replica.increment(3);
    told_all.join(replica.delta(3));
  }
  told_last.join(replica.delta(3));
  EXPECT_EQ(told_all, told_last);
}

TEST(GrowOnlyCounts, TravelInEightBytesAReplicaAndSixteenADelta) {
  Counts counts(kReplicas);
  counts.increment(1), counts.increment(1), counts.increment(4);
  EXPECT_EQ(Counts::bytes(kReplicas), 40U);
  EXPECT_EQ(Counts::count_in(written(counts), 1), 2U);
  EXPECT_EQ(Counts::count_in(written(counts), 4), 1U);
  std::vector<std::byte> delta(sizeof(Counts::Delta));
  Counts::write(counts.delta(1), delta);
  EXPECT_EQ(delta.size(), 16U);
  EXPECT_EQ(Counts::read_delta(delta).replica, 1U);
  EXPECT_EQ(Counts::read_delta(delta).count, 2U);
}

TEST(GrowOnlyCounts, SumsWhatAllReplicasCounted) {
  Counts counts(3);
  EXPECT_EQ(counts.value(), 0U);
  counts.increment(0), counts.increment(2), counts.increment(2);
  EXPECT_EQ(counts.value(), 3U);
}

}  // namespace
}  // namespace coordbench::crdt::grow_only_counts_test
