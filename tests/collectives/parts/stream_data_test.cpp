#include "collectives/parts/stream_data.hpp"

#include <gtest/gtest.h>

#include "tests/support/data_checks.hpp"

namespace coordbench::testing::stream_data_test {
namespace {

constexpr std::array kParameters{kFill};

Shape streamed(std::int64_t bytes, int window = 2) {
  return {.ranks = 2, .payload_bytes = bytes, .in_flight = window, .seed = 42, .parameters = kParameters};
}

TEST(StreamData, ChecksEveryByteInFull) {
  for (const std::int64_t bytes : {1, 8, 100, 1024, 1040, 4097}) {
    StreamData sender(streamed(bytes), 0), receiver(streamed(bytes), 1);
    sender.prepare(7);
    receiver.prepare(7);
    copy(sender.slot(7), receiver.slot(7));
    expect_every_byte_checked(receiver, 7, receiver.slot(7));
  }
}

TEST(StreamData, WritesAndChecksAllOfAMessageThatIsNewInWhole) {
  Shape shape = streamed(1 << 12);
  shape.values[0] = 1;
  StreamData sender(shape, 0), receiver(shape, 1);
  sender.prepare(6);
  copy(sender.slot(6), receiver.slot(8));  // two slots on is where the ring of three has its other ones
  sender.prepare(7);
  receiver.prepare(7);
  for (std::size_t i = 0; i < sender.slot(7).size(); i += 8)
    EXPECT_FALSE(std::ranges::equal(sender.slot(7).subspan(i, 8), sender.slot(6).subspan(i, 8))) << i;
  copy(sender.slot(7), receiver.slot(7));
  expect_every_byte_checked(receiver, 7, receiver.slot(7));
}

TEST(StreamData, SamplesTheEndsAndABoundedPartOfTheRest) {
  StreamData sender(streamed(1 << 16), 0), receiver(streamed(1 << 16), 1);
  sender.prepare(7);
  receiver.prepare(7);
  copy(sender.slot(7), receiver.slot(7));
  int noticed = 0;
  for (std::size_t i = 0; i < std::size_t{1} << 16U; i += 8) {
    receiver.slot(7)[i] ^= std::byte{1};
    noticed += !receiver.verify(7, Effort::sampled);
    receiver.slot(7)[i] ^= std::byte{1};
  }
  EXPECT_EQ(noticed, 65);
}

TEST(StreamData, NoticesAMessageThatNeverCame) {
  for (const std::int64_t bytes : {1, 8, 100}) {
    StreamData sender(streamed(bytes), 0), receiver(streamed(bytes), 1);
    for (Operation k = 0; k < 1000; ++k) {
      sender.prepare(k);
      receiver.prepare(k);
      if (k >= 2) {  // the slots of the first window are made ready by the kernel's begin()
        EXPECT_FALSE(receiver.verify(k, Effort::sampled)) << k;
      }
      copy(sender.slot(k), receiver.slot(k));
      EXPECT_TRUE(receiver.verify(k, Effort::full)) << k;
    }
  }
}

TEST(StreamData, NoticesMessagesThatOvertookEachOther) {
  StreamData sender(streamed(64), 0), receiver(streamed(64), 1);
  sender.prepare(0);
  copy(sender.slot(0), receiver.slot(1));
  sender.prepare(1);
  copy(sender.slot(1), receiver.slot(0));
  EXPECT_FALSE(receiver.verify(0, Effort::sampled));
  EXPECT_FALSE(receiver.verify(1, Effort::sampled));
}

TEST(StreamData, NeverRefillsABufferInFlight) {
  for (const int window : {1, 3, 8}) {
    StreamData sender(streamed(8, window), 0);
    for (int ahead = 1; ahead <= window; ++ahead) EXPECT_NE(sender.slot(100).data(), sender.slot(100 + ahead).data());
  }
}

}  // namespace
}  // namespace coordbench::testing::stream_data_test
