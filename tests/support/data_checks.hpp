#pragma once
// What the proof of every answer must notice: a byte that flipped, a message that never came.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <span>

#include "harness/protocol.hpp"

namespace coordbench::testing {

/// The bytes, by number, that a sampled check of so many bytes reads where they begin at `first`: whole elements, every one
/// where there are fewer than 128, else 64 to 96 at equal distances from the first one on; and the last one.
inline std::set<std::size_t> sampled_bytes(std::size_t bytes, std::size_t first = 0) {
  const std::size_t width = bytes % 8 == 0 ? 8 : 1, elements = bytes / width;
  std::set<std::size_t> read;
  for (std::size_t i = 0; i < elements; ++i)
    if (i % std::max<std::size_t>(1, elements / 64) == 0 || i + 1 == elements)
      for (std::size_t byte = 0; byte < width; ++byte) read.insert(first + i * width + byte);
  return read;
}

/// The bytes, by number, of which `is_right` notices that one bit flipped.
template <class IsRight>
std::set<std::size_t> flips_noticed(std::span<std::byte> answer, IsRight is_right) {
  std::set<std::size_t> noticed;
  for (std::size_t i = 0; i < answer.size(); ++i) {
    const std::byte right = answer[i];
    answer[i] ^= std::byte{1} << (i % 8);
    if (!is_right()) noticed.insert(i);
    answer[i] = right;
  }
  return noticed;
}

inline std::set<std::size_t> all_bytes(std::span<const std::byte> answer) {
  std::set<std::size_t> all;
  for (std::size_t i = 0; i < answer.size(); ++i) all.insert(all.end(), i);
  return all;
}

/// Expects the check of a right answer to hold; in full, to fail when any byte is flipped; sampled, to fail for the bytes
/// `sampled` and for no other.
template <class Data>
void expect_every_byte_checked(const Data& data, Operation operation, std::span<std::byte> answer,
                               const std::set<std::size_t>& sampled) {
  ASSERT_TRUE(data.verify(operation, Effort::full));
  ASSERT_TRUE(data.verify(operation, Effort::sampled));
  EXPECT_EQ(flips_noticed(answer, [&] { return data.verify(operation, Effort::full); }), all_bytes(answer));
  EXPECT_EQ(flips_noticed(answer, [&] { return data.verify(operation, Effort::sampled); }), sampled);
}
template <class Data>
void expect_every_byte_checked(const Data& data, Operation operation, std::span<std::byte> answer) {
  expect_every_byte_checked(data, operation, answer, sampled_bytes(answer.size()));
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
