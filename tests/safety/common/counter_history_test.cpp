// Histories of a counter told by hand, good and bad, and random ones held against a search of all orders.

#include "tests/safety/common/counter_history.hpp"

#include <gtest/gtest.h>

#include "tests/support/random.hpp"

namespace coordbench::testing::common::counter_history_test {
namespace {

/// An operation that found the counter at `value`. It never ends if `end` is kNever.
struct Told {
  Time begin, end;
  std::int64_t value = 0;
};

/// Whether the history is linearizable, as CounterHistory is told it: in order of time, beginnings first.
bool is_accepted(const std::vector<Told>& operations) {
  CounterHistory history(static_cast<std::int64_t>(operations.size()));
  for (Time at = 0; at <= 30; ++at) {
    for (std::size_t k = 0; k < operations.size(); ++k)
      if (operations[k].begin == at) history.begins(static_cast<Operation>(k));
    for (std::size_t k = 0; k < operations.size(); ++k)
      if (operations[k].end == at && !history.ends(static_cast<Operation>(k), operations[k].value)) return false;
  }
  return true;
}

TEST(CounterHistory, AcceptsAnyOrderOfWhatOverlaps) {
  EXPECT_TRUE(is_accepted({{0, 1, 0}, {2, 3, 1}, {4, 5, 2}}));
  EXPECT_TRUE(is_accepted({{0, 9, 2}, {0, 8, 0}, {0, 7, 1}}));
}

TEST(CounterHistory, RejectsAValueThatIsReturnedTwice) { EXPECT_FALSE(is_accepted({{0, 9, 0}, {0, 9, 0}})); }

TEST(CounterHistory, RejectsValuesThatRunAgainstTime) {
  EXPECT_FALSE(is_accepted({{0, 1, 1}, {2, 3, 0}}));
  EXPECT_FALSE(is_accepted({{0, 1, 1}, {0, 9, 2}, {2, 3, 0}}));
}

TEST(CounterHistory, RejectsMoreThanHasBegun) {
  EXPECT_FALSE(is_accepted({{0, 1, 1}}));
  EXPECT_FALSE(is_accepted({{0, 1, 1}, {2, kNever}})) << "what begins later does not help";
  EXPECT_FALSE(is_accepted({{0, 1, -1}}));
  EXPECT_FALSE(is_accepted({{0, 1, 7}}));
}

TEST(CounterHistory, WhatNeverEndsMayHaveTakenEffectOrNot) {
  EXPECT_TRUE(is_accepted({{0, kNever}, {1, 2, 1}, {3, 4, 2}}));
  EXPECT_TRUE(is_accepted({{0, kNever}, {1, 2, 0}, {3, 4, 1}}));
  EXPECT_TRUE(is_accepted({{0, kNever}, {1, 2, 0}, {3, 4, 2}}));
  EXPECT_FALSE(is_accepted({{0, kNever}, {1, 2, 1}, {3, 4, 3}})) << "but only once";
}

TEST(CounterHistory, RejectsAPlaceForWhichEverybodyCameTooLate) {
  EXPECT_FALSE(is_accepted({{0, 1, 1}, {0, 4, 2}, {3, kNever}})) << "nobody who could have found 0 is left";
}

// ---- random histories against all orders ----------------------------------------------------------------------------

/// Whether some order of the operations that are not yet `placed` explains the history, the counter being at `value`.
bool has_order(const std::vector<Told>& all, unsigned placed, std::int64_t value) {
  Time first_end = kNever;
  for (std::size_t k = 0; k < all.size(); ++k)
    if ((placed >> k & 1U) == 0) first_end = std::min(first_end, all[k].end);
  if (first_end == kNever) return true;  // what is left never ended
  for (std::size_t k = 0; k < all.size(); ++k) {
    const bool may_be_next = (placed >> k & 1U) == 0 && all[k].begin <= first_end;
    if (!may_be_next || (all[k].end != kNever && all[k].value != value)) continue;
    if (has_order(all, placed | 1U << k, value + 1)) return true;
  }
  return false;
}

/// Values are near an order by beginnings, or most histories would be wrong.
std::vector<Told> drawn(Random& random) {
  std::vector<Told> all(random.between<std::size_t>(2, 7));
  for (Told& told : all) {
    told.begin = random.between<Time>(0, 12);
    told.end = random.below(5) == 0 ? kNever : told.begin + random.between<Time>(0, 8);
  }
  std::sort(all.begin(), all.end(), [](const Told& a, const Told& b) { return a.begin < b.begin; });
  for (std::size_t k = 0; k < all.size(); ++k) all[k].value = static_cast<std::int64_t>(k);
  for (int swaps = random.below(4); swaps > 0; --swaps) {
    const std::size_t k = random.between<std::size_t>(1, all.size() - 1);
    std::swap(all[k - 1].value, all[k].value);
  }
  if (random.below(4) == 0) --all[random.below(all.size())].value;
  return all;
}

TEST(CounterHistory, AgreesWithASearchOfAllOrders) {
  Random random(1);
  int linearizable = 0, others = 0;
  for (int history = 0; history < 100'000; ++history) {
    const std::vector<Told> all = drawn(random);
    const bool is_linearizable = has_order(all, 0, 0);
    ++(is_linearizable ? linearizable : others);
    ASSERT_EQ(is_accepted(all), is_linearizable) << "history " << history;
  }
  EXPECT_GT(linearizable, 10'000);
  EXPECT_GT(others, 10'000);
}

}  // namespace
}  // namespace coordbench::testing::common::counter_history_test
