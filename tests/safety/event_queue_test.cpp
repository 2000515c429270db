#include "tests/support/event_queue.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/random.hpp"

namespace coordbench::testing::event_queue_test {
namespace {

/// Near and far events, many at one time, pushed while others are popped: the order of a map of queues.
TEST(EventQueue, KeepsTheOrderOfTimeThenOfComing) {
  Random random(11);
  EventQueue<int> queue;
  std::multimap<Time, int> expected;  // equal keys stay in the order of insertion
  int pushed = 0, popped = 0;
  while (popped < 200'000) {
    if (pushed < 200'000 && random.below(3) != 0) {
      const Time reach = std::array<Time, 4>{1, 50, 5000, 100'000}[random.below<std::size_t>(4)];
      const Time at = queue.now() + random.below(reach);
      queue.push(at, int{pushed});
      expected.emplace(at, pushed++);
    } else if (!queue.empty()) {
      ASSERT_EQ(queue.next_at(), expected.begin()->first);
      ASSERT_EQ(queue.pop(), expected.begin()->second);
      ASSERT_EQ(queue.now(), expected.begin()->first);
      expected.erase(expected.begin());
      ++popped;
    }
  }
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.next_at(), kNever);
}

TEST(EventQueue, AnEmptyStretchOfTimeMayBePassed) {
  EventQueue<int> queue;
  queue.push(10'000, 1);
  queue.advance_to(9'000);
  queue.push(10'000, 2);
  queue.push(9'500, 3);
  EXPECT_EQ(queue.pop(), 3);
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
}

}  // namespace
}  // namespace coordbench::testing::event_queue_test
