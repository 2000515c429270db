#pragma once
// What the proof of every answer must notice: a byte that flipped, a message that never came.

#include <gtest/gtest.h>

#include <span>

#include "harness/protocol.hpp"

namespace coordbench::testing {

/// Expects a full check of a right answer to fail for each of its bytes when that one is flipped, and to hold otherwise.
template <class Data>
void expect_every_byte_checked(const Data& data, Operation operation, std::span<std::byte> answer) {
  ASSERT_TRUE(data.verify(operation, Effort::full));
  ASSERT_TRUE(data.verify(operation, Effort::sampled));
  for (std::byte& byte : answer) {
    byte ^= std::byte{1};
    EXPECT_FALSE(data.verify(operation, Effort::full)) << "byte " << &byte - answer.data() << " of " << answer.size();
    byte ^= std::byte{1};
  }
}

/// Expects the check to fail, with either effort, in each of many operations in which nothing arrives after `prepare`: whatever
/// earlier ones left in the buffers, which for a payload of one byte is right by chance now and then.
template <class Data, class Deliver>
void expect_silence_noticed(Data& data, Deliver deliver) {
  for (Operation k = 0; k < 1000; k += 2) {
    data.prepare(k);
    deliver(k);
    ASSERT_TRUE(data.verify(k, Effort::full)) << "operation " << k;
    data.prepare(k + 1);
    EXPECT_FALSE(data.verify(k + 1, Effort::full)) << "operation " << k + 1;
    EXPECT_FALSE(data.verify(k + 1, Effort::sampled)) << "operation " << k + 1;
  }
}

}  // namespace coordbench::testing
