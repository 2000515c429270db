#include "kernels/crdt/fold.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace coordbench::crdt::fold_test {
namespace {

std::vector<std::byte> event(std::int64_t number, std::size_t bytes) {
  std::vector<std::byte> made(bytes);
  Pattern::of(7, number, 0).fill(made);
  return made;
}

TEST(Fold, IsTheSameInEveryOrder) {
  std::vector<int> order{0, 1, 2, 3};
  std::set<std::uint64_t> values;
  do {
    Fold fold;
    for (const int number : order) fold.add(event(number, 24));
    values.insert(fold.value());
    EXPECT_EQ(fold.events(), 4);
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(values.size(), 1U);
}

TEST(Fold, GrowsByTheDigestOfAnEvent) {
  Fold fold;
  EXPECT_EQ(fold.value(), 0U);
  for (int number = 0; number < 3; ++number) {
    const std::uint64_t before = fold.value(), growth = fold.add(event(number, 16));
    EXPECT_EQ(growth, Fold::digest(event(number, 16)));
    EXPECT_EQ(fold.value(), before + growth);
  }
}

TEST(Fold, ToldApartAreSetsThatDiffer) {
  Fold all, without, twice;
  for (int number = 0; number < 3; ++number) {
    all.add(event(number, 16));
    twice.add(event(number, 16));
    if (number != 1) without.add(event(number, 16));
  }
  twice.add(event(1, 16));
  EXPECT_NE(all.value(), without.value());
  EXPECT_NE(all.value(), twice.value());
}

TEST(Fold, ChangesWithEveryByteAndWithTheLength) {
  for (std::size_t bytes = 0; bytes <= 33; ++bytes) {
    std::vector<std::byte> made = event(5, bytes);
    const std::uint64_t digest = Fold::digest(made);
    for (std::byte& byte : made) {
      byte ^= std::byte{1};
      EXPECT_NE(Fold::digest(made), digest) << bytes;
      byte ^= std::byte{1};
    }
    made.push_back(std::byte{0});
    EXPECT_NE(Fold::digest(made), digest) << bytes;
  }
}

TEST(Fold, KeepsWordsOfDifferentEventsApart) {
  std::vector<std::byte> one(8, std::byte{1}), two(8, std::byte{2}), three(8, std::byte{3}), none(8);
  EXPECT_NE(Fold::digest(one) + Fold::digest(two), Fold::digest(three) + Fold::digest(none));
}

}  // namespace
}  // namespace coordbench::crdt::fold_test
