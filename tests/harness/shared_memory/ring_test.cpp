// A ring between two threads: what one puts in comes out at the other, once, whole and in order, however either dawdles.

#include "harness/transport/ring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace coordbench::testing::ring_test {
namespace {

struct Ends {
  explicit Ends(std::size_t capacity)
      : slots(capacity), writer(slots.data(), capacity, &progress), reader(slots.data(), capacity, &progress) {
    reader.clear();
  }
  bool put(std::uint64_t value) {
    RingSlot* slot = writer.claim();
    if (!slot) return false;
    for (std::size_t i = 0; i < RingSlot::kBodyBytes / sizeof value; ++i)
      std::memcpy(slot->body + i * sizeof value, &value, sizeof value);
    writer.publish(slot);
    return true;
  }
  /// False if there is nothing; the whole body must be one value.
  bool take(std::uint64_t& value) {
    const RingSlot* slot = reader.peek();
    if (!slot) return false;
    std::memcpy(&value, slot->body, sizeof value);
    for (std::size_t i = 0; i < RingSlot::kBodyBytes / sizeof value; ++i)
      EXPECT_EQ(std::memcmp(slot->body + i * sizeof value, &value, sizeof value), 0) << "half of a message";
    reader.pop();
    return true;
  }

  std::vector<RingSlot> slots;
  RingProgress progress{};
  RingWriter writer;
  RingReader reader;
};

TEST(Ring, IsEmptyUntilSomethingIsPublished) {
  Ends ring(4);
  std::uint64_t value = 0;
  EXPECT_FALSE(ring.take(value));
  ASSERT_NE(ring.writer.claim(), nullptr);
  EXPECT_FALSE(ring.take(value)) << "claimed, but not published";
  EXPECT_TRUE(ring.put(7));
  EXPECT_TRUE(ring.take(value));
  EXPECT_EQ(value, 7U);
  EXPECT_FALSE(ring.take(value));
}

TEST(Ring, RefusesWhatDoesNotFitAndTakesItLater) {
  for (const std::size_t capacity : {1U, 2U, 4U, 16U, 64U}) {
    Ends ring(capacity);
    for (std::uint64_t i = 0; i < capacity; ++i) EXPECT_TRUE(ring.put(i));
    EXPECT_FALSE(ring.put(99)) << "a ring of " << capacity << " is full";
    std::uint64_t value = 0;
    for (std::uint64_t i = 0; i < capacity; ++i) {
      ASSERT_TRUE(ring.take(value));
      EXPECT_EQ(value, i);
    }
    EXPECT_TRUE(ring.put(100));
  }
}

TEST(Ring, LetsTheWriterOnAtLatestAfterAQuarterIsTaken) {
  Ends ring(16);
  while (ring.put(1)) continue;
  std::uint64_t value = 0;
  for (int i = 0; i < 4; ++i) ring.take(value);
  EXPECT_TRUE(ring.put(2));
}

TEST(Ring, KeepsOrderAroundItsEndManyTimes) {
  Ends ring(8);
  std::uint64_t put = 0, taken = 0, value = 0;
  for (int round = 0; round < 1000; ++round) {
    for (int i = 0; i < 1 + round % 8; ++i) put += ring.put(put) ? 1 : 0;
    for (int i = 0; i < 1 + (round * 7) % 9; ++i)
      if (ring.take(value)) {
        EXPECT_EQ(value, taken++);
      }
  }
  EXPECT_GT(taken, 2000U);
}

/// The writer as fast as it can; the reader falls asleep now and then.
void stream(std::size_t capacity, std::uint64_t messages, bool reader_sleeps) {
  Ends ring(capacity);
  std::jthread writer([&] {
    for (std::uint64_t i = 0; i < messages;) {
      if (ring.put(i))
        ++i;
      else
        std::this_thread::yield();
    }
  });
  std::uint64_t value = 0;
  for (std::uint64_t expected = 0; expected < messages;) {
    if (!ring.take(value)) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(value, expected++);
    if (reader_sleeps && expected % 512 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

TEST(Ring, StreamsBetweenTwoThreads) {
  // A thread that finds the ring full or empty waits for its turn, which is long on a busy machine.
  for (const std::size_t capacity : {1U, 2U, 16U, 1024U})
    stream(capacity, std::min(1'000 * capacity, std::size_t{20'000}), false);
}
TEST(Ring, WaitsForAReaderThatSleeps) { stream(16, 5'000, true); }

}  // namespace
}  // namespace coordbench::testing::ring_test
