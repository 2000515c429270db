#include "collectives/parts/elements.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace coordbench::testing::elements_test {
namespace {

TEST(Elements, AddsIntegersOfEightBytesWithWrapAround) {
  const std::vector<std::uint64_t> term{1, UINT64_MAX, 5};
  std::vector<std::uint64_t> sum{UINT64_MAX, UINT64_MAX, 7};
  add(std::as_writable_bytes(std::span(sum)), std::as_bytes(std::span(term)), 8);
  EXPECT_EQ(sum, (std::vector<std::uint64_t>{0, UINT64_MAX - 1, 12}));
}

TEST(Elements, AddsSingleBytesWithoutCarry) {
  const std::vector<std::uint8_t> term{1, 255, 5};
  std::vector<std::uint8_t> sum{255, 255, 7};
  add(std::as_writable_bytes(std::span(sum)), std::as_bytes(std::span(term)), 1);
  EXPECT_EQ(sum, (std::vector<std::uint8_t>{0, 254, 12}));
}

TEST(Elements, GivesThoseOfTheWholePattern) {
  const Pattern pattern = Pattern::of(1, 2, 3);
  for (const std::size_t bytes : {std::size_t{80}, std::size_t{81}}) {
    std::vector<std::byte> payload(bytes);
    pattern.fill(payload);
    const std::size_t width = element_bytes(bytes);
    for (std::size_t i = 0; i < bytes / width; ++i) {
      const auto element = element_of(pattern, i, width);
      EXPECT_TRUE(std::equal(element.begin(), element.begin() + static_cast<std::ptrdiff_t>(width),
                             payload.begin() + static_cast<std::ptrdiff_t>(i * width)));
    }
  }
}

TEST(Elements, SpoilingMakesEveryByteOfASmallRightAnswerWrong) {
  for (const std::size_t bytes : {1U, 7U, 8U, 63U, 512U}) {
    std::vector<std::byte> payload(bytes), right(bytes);
    Pattern::of(1, 2, 3).fill(right);
    payload = right;
    spoil(payload, Pattern::of(1, 2, 3));
    for (std::size_t i = 0; i < bytes; ++i) EXPECT_NE(payload[i], right[i]) << "byte " << i << " of " << bytes;
  }
}

TEST(Elements, SpoilingTouchesABoundedPartOfALargeBuffer) {
  std::vector<std::byte> payload(1 << 20);
  Pattern::of(1, 2, 3).fill(payload);
  const auto right = payload;
  spoil(payload, Pattern::of(1, 2, 3));
  std::size_t touched = 0;
  for (std::size_t i = 0; i < payload.size(); ++i) touched += payload[i] != right[i];
  EXPECT_EQ(touched, 65U * 8U);
}

}  // namespace
}  // namespace coordbench::testing::elements_test
