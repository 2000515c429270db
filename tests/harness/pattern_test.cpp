#include "harness/pattern.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/data_checks.hpp"

namespace coordbench::testing::pattern_test {
namespace {

constexpr Pattern kPattern = Pattern::of(42, 7, 3);

std::vector<std::byte> filled(std::size_t bytes, Effort effort = Effort::full) {
  std::vector<std::byte> payload(bytes);
  kPattern.fill(payload, effort);
  return payload;
}

std::set<std::size_t> noticed(std::size_t bytes, Effort effort) {
  auto payload = filled(bytes);
  return flips_noticed(payload, [&] { return kPattern.matches(payload, effort); });
}

TEST(Pattern, IsHeldAgainstEveryByteInFull) {
  for (const std::size_t bytes : {0U, 1U, 7U, 8U, 9U, 100U, 1024U, 1040U, 4097U, 16384U})
    EXPECT_EQ(noticed(bytes, Effort::full), all_bytes(filled(bytes))) << bytes << " bytes";
}

TEST(Pattern, IsHeldAgainstElementsAtEqualDistancesInASample) {
  for (const std::size_t bytes : {0U, 1U, 7U, 8U, 9U, 100U, 1024U, 1040U, 4097U, 16384U})
    EXPECT_EQ(noticed(bytes, Effort::sampled), sampled_bytes(bytes)) << bytes << " bytes";
}

TEST(Pattern, ReadsABoundedPartOfWhatItSamples) {
  EXPECT_EQ(noticed(127, Effort::sampled).size(), 127U) << "every byte of fewer than 128 elements";
  EXPECT_EQ(noticed(1016, Effort::sampled).size(), 1016U) << "127 elements of 8 bytes";
  EXPECT_EQ(noticed(1024, Effort::sampled).size(), 65U * 8) << "every second of 128 elements, and the last";
  EXPECT_EQ(noticed(191 * 8, Effort::sampled).size(), 96U * 8) << "every second of 191 elements, the last among them";
  EXPECT_EQ(noticed(4097, Effort::sampled).size(), 65U) << "single bytes, the last among them";
  EXPECT_EQ(noticed(16'384, Effort::sampled).size(), 65U * 8) << "every thirty-second of 2,048 elements, and the last";
}

TEST(Pattern, IsWrittenInASampleWhereASampleIsRead) {
  for (const std::size_t bytes : {1U, 8U, 100U, 1024U, 1040U, 4097U, 16384U}) {
    const auto sample = filled(bytes, Effort::sampled), whole = filled(bytes);
    EXPECT_TRUE(kPattern.matches(sample, Effort::sampled)) << bytes << " bytes";
    const auto written = sampled_bytes(bytes);
    for (std::size_t i = 0; i < bytes; ++i)
      EXPECT_EQ(sample[i], written.contains(i) ? whole[i] : std::byte{0}) << i << " of " << bytes;
  }
}

TEST(Pattern, AddsElementByElement) {
  auto sum = filled(1040);
  std::vector<std::byte> other(1040);
  Pattern::of(42, 7, 4).fill(other);
  for (std::size_t i = 0; i < sum.size(); i += 8) {
    std::uint64_t a = 0, b = 0;
    std::memcpy(&a, &sum[i], 8);
    std::memcpy(&b, &other[i], 8);
    a += b;
    std::memcpy(&sum[i], &a, 8);
  }
  EXPECT_TRUE((Pattern(kPattern) += Pattern::of(42, 7, 4)).matches(sum));
}

}  // namespace
}  // namespace coordbench::testing::pattern_test
