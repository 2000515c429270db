// Histories of a register told by hand, good and bad, and random ones held against a search of all orders.

#include "tests/safety/common/register_history.hpp"

#include <gtest/gtest.h>

#include "tests/support/random.hpp"

namespace coordbench::testing::common::register_history_test {
namespace {

/// An operation: it writes its own number, unless it reads. It never ends if `end` is kNever.
struct Told {
  Time begin, end;
  bool reads = false;
  Operation of = -1;
};
Told write(Time begin, Time end) { return {.begin = begin, .end = end}; }
Told read(Time begin, Time end, Operation of) { return {begin, end, true, of}; }
constexpr Operation kInitial = RegisterHistory::initial;

/// Whether the history is linearizable, as RegisterHistory is told it: in order of time, beginnings first.
bool is_accepted(const std::vector<Told>& operations) {
  struct Event {
    Time at;
    bool is_end;
    Operation operation;
  };
  std::vector<Event> events;
  for (std::size_t k = 0; k < operations.size(); ++k) {
    events.push_back({operations[k].begin, false, static_cast<Operation>(k)});
    if (operations[k].end != kNever) events.push_back({operations[k].end, true, static_cast<Operation>(k)});
  }
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return std::tuple(a.at, a.is_end, a.operation) < std::tuple(b.at, b.is_end, b.operation);
  });
  RegisterHistory history(static_cast<std::int64_t>(operations.size()));
  for (const Event& event : events) {
    const Told& told = operations[static_cast<std::size_t>(event.operation)];
    if (!event.is_end)
      history.begins(event.operation);
    else if (!history.ends(event.operation, told.reads ? told.of : event.operation))
      return false;
  }
  return true;
}

TEST(RegisterHistory, AcceptsWhatIsInOrder) {
  EXPECT_TRUE(is_accepted({read(0, 1, kInitial), write(2, 3), read(4, 5, 1), write(6, 7), read(8, 9, 3), read(10, 11, 3)}));
}

TEST(RegisterHistory, AcceptsAnyOrderOfWhatOverlaps) {
  EXPECT_TRUE(is_accepted({write(0, 9), read(1, 2, kInitial), read(3, 4, 0)})) << "the write takes effect in between";
  EXPECT_TRUE(is_accepted({write(0, 9), write(1, 8), read(2, 3, 0), read(4, 5, 1)})) << "writes in one order";
  EXPECT_TRUE(is_accepted({write(0, 9), write(1, 8), read(2, 3, 1), read(4, 5, 0)})) << "and in the other";
  EXPECT_TRUE(is_accepted({write(0, 2), write(2, 4), read(5, 6, 0)})) << "the same instant is not before";
}

TEST(RegisterHistory, RejectsWhatNobodyWrote) {
  EXPECT_FALSE(is_accepted({write(0, 1), read(2, 3, 2)})) << "no such operation";
  EXPECT_FALSE(is_accepted({read(0, 1, 1), write(2, 3)})) << "the future";
  EXPECT_FALSE(is_accepted({read(0, 1, kInitial), read(2, 3, 0)})) << "a read as if it were a write";
  EXPECT_FALSE(is_accepted({read(0, 5, kInitial), read(2, 3, 0)})) << "a read, known as such only later";
}

TEST(RegisterHistory, RejectsStaleReads) {
  EXPECT_FALSE(is_accepted({write(0, 1), read(2, 3, kInitial)}));
  EXPECT_FALSE(is_accepted({write(0, 1), write(2, 3), read(4, 5, 0)}));
}

TEST(RegisterHistory, RejectsANewValueBeforeAnOldOne) {
  EXPECT_FALSE(is_accepted({write(0, 9), read(1, 2, 0), read(3, 4, kInitial)})) << "what ABD without write-back permits";
  EXPECT_FALSE(is_accepted({write(0, 1), write(2, 19), read(3, 4, 1), read(5, 6, 0)}));
  EXPECT_TRUE(is_accepted({write(0, 1), write(2, 19), read(3, 6, 1), read(5, 7, 0)})) << "unless they overlap";
}

TEST(RegisterHistory, RejectsReadersThatDisagreeOnTheOrder) {
  EXPECT_FALSE(is_accepted({write(0, 9), write(0, 9), read(1, 2, 0), read(3, 4, 1), read(5, 6, 0)}));
}

TEST(RegisterHistory, AWriteThatNeverEndsMayHaveTakenEffectOrNot) {
  EXPECT_TRUE(is_accepted({write(0, kNever), read(1, 2, kInitial), read(3, 4, kInitial)}));
  EXPECT_TRUE(is_accepted({write(0, kNever), read(1, 2, kInitial), read(8, 9, 0)}));
  EXPECT_FALSE(is_accepted({write(0, kNever), read(1, 2, 0), read(8, 9, kInitial)})) << "but not both";
}

TEST(RegisterHistory, RejectsAWriteThatIsSwallowedByAnother) {
  EXPECT_FALSE(is_accepted({write(0, 1), write(3, 4), read(2, 9, 0), read(5, 6, 0)})) << "0 is read on both sides of 1";
  EXPECT_TRUE(is_accepted({write(0, 3), write(3, 4), read(2, 9, 0)})) << "the reader began in time";
}

// ---- random histories against all orders ----------------------------------------------------------------------------

/// Whether some order of the operations that are not yet `placed` explains the history, the register holding `value`.
bool has_order(const std::vector<Told>& all, unsigned placed, Operation value) {
  Time first_end = kNever;
  for (std::size_t k = 0; k < all.size(); ++k)
    if ((placed >> k & 1U) == 0) first_end = std::min(first_end, all[k].end);
  if (first_end == kNever) return true;  // what is left never ended
  for (std::size_t k = 0; k < all.size(); ++k) {
    const bool may_be_next = (placed >> k & 1U) == 0 && all[k].begin <= first_end;
    const bool is_right = !all[k].reads || all[k].of == value || all[k].end == kNever;
    if (!may_be_next || !is_right) continue;
    if (has_order(all, placed | 1U << k, all[k].reads ? value : static_cast<Operation>(k))) return true;
  }
  return false;
}

std::vector<Told> drawn(Random& random) {
  std::vector<Told> all(random.between<std::size_t>(2, 7));
  for (Told& told : all) {
    told.begin = random.between<Time>(0, 12);
    told.end = random.below(6) == 0 ? kNever : told.begin + random.between<Time>(0, 6);
    told.reads = random.below(3) > 0;
  }
  for (Told& told : all) {
    const auto of = random.between<std::size_t>(0, all.size() - 1);
    told.of = all[of].reads ? kInitial : static_cast<Operation>(of);
  }
  return all;
}

TEST(RegisterHistory, AgreesWithASearchOfAllOrders) {
  Random random(1);
  int linearizable = 0, others = 0;
  for (int history = 0; history < 100'000; ++history) {
    const std::vector<Told> all = drawn(random);
    const bool is_linearizable = has_order(all, 0, kInitial);
    ++(is_linearizable ? linearizable : others);
    ASSERT_EQ(is_accepted(all), is_linearizable) << "history " << history;
  }
  EXPECT_GT(linearizable, 10'000);
  EXPECT_GT(others, 10'000);
}

}  // namespace
}  // namespace coordbench::testing::common::register_history_test
