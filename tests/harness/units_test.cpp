#include "harness/options/units.hpp"

#include <gtest/gtest.h>

namespace coordbench::testing::units_test {
namespace {

TEST(Units, SizesTakeBinarySuffixes) {
  EXPECT_EQ(parse_bytes("0"), 0);
  EXPECT_EQ(parse_bytes("8"), 8);
  EXPECT_EQ(parse_bytes("8B"), 8);
  EXPECT_EQ(parse_bytes("3KiB"), 3 * 1024);
  EXPECT_EQ(parse_bytes("4MiB"), 4 * 1024 * 1024);
  EXPECT_EQ(parse_bytes("2GiB"), std::int64_t{2} << 30);
}

TEST(Units, SizesAreReadAsPeopleTypeThem) {
  for (const char* text : {"8k", "8K", "8KiB", "8kib"}) EXPECT_EQ(parse_bytes(text), 8192) << text;
  for (const char* text : {"1m", "1M", "1MiB", "1mib"}) EXPECT_EQ(parse_bytes(text), 1 << 20) << text;
  for (const char* text : {"1g", "1G", "1GiB"}) EXPECT_EQ(parse_bytes(text), 1 << 30) << text;
  for (const char* text : {"1MB", "1mb"}) EXPECT_EQ(parse_bytes(text), 1'000'000) << text;
  EXPECT_EQ(parse_bytes("64kB"), 64'000);
  EXPECT_EQ(parse_bytes("1GB"), 1'000'000'000);
}

TEST(Units, SizesStopShortOfOverflow) {
  EXPECT_EQ(parse_bytes("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(parse_bytes("9223372036854775808"), std::nullopt);
  EXPECT_EQ(parse_bytes("8589934591GiB"), std::int64_t{8589934591} << 30);
  EXPECT_EQ(parse_bytes("8589934592GiB"), std::nullopt);
}

TEST(Units, WhatIsNoSizeIsRefused) {
  for (const char* text : {"", "B", "KiB", "-1", "+1", "1.5KiB", "1ki", "1 KiB", " 8", "8 ", "0x10", "1TiB", "1kk"})
    EXPECT_EQ(parse_bytes(text), std::nullopt) << text;
}

TEST(Units, DurationsNeedTheirUnit) {
  EXPECT_EQ(parse_duration("7ns"), 7);
  EXPECT_EQ(parse_duration("50us"), 50'000);
  EXPECT_EQ(parse_duration("500ms"), 500'000'000);
  EXPECT_EQ(parse_duration("1.5s"), 1'500'000'000);
  EXPECT_EQ(parse_duration("10min"), 600'000'000'000);
  for (const char* text : {"", "2", "s", "-1s", "2h", "2 s", "nans", "infs", "1e300s", "9223372037s"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Units, SharesNeedTheirSign) {
  EXPECT_DOUBLE_EQ(parse_percent("5%").value(), 0.05);
  EXPECT_DOUBLE_EQ(parse_percent("0.5%").value(), 0.005);
  for (const char* text : {"", "5", "%", "nan%", "inf%", "5%%"}) EXPECT_EQ(parse_percent(text), std::nullopt) << text;
}

TEST(Units, SharesMayBeFractionsToo) {
  EXPECT_DOUBLE_EQ(parse_share("5%").value(), 0.05);
  EXPECT_DOUBLE_EQ(parse_share("0.05").value(), 0.05);
  for (const char* text : {"", "%", "nan", "inf", "0.5x"}) EXPECT_EQ(parse_share(text), std::nullopt) << text;
}

TEST(Units, WholeNumbersAreNothingElse) {
  EXPECT_EQ(parse_whole("-3"), -3);
  EXPECT_EQ(parse_unsigned("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(parse_unsigned("18446744073709551616"), std::nullopt);
  for (const char* text : {"", "1.0", "1e3", "ten", "1 "}) EXPECT_EQ(parse_whole(text), std::nullopt) << text;
}

TEST(Units, AreWrittenWithTheLargestUnitThatFits) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(1023), "1023 B");
  EXPECT_EQ(format_bytes(1536), "1.5 KiB");
  EXPECT_EQ(format_bytes(std::int64_t{3} << 30), "3 GiB");
  EXPECT_EQ(format_bytes_exactly(0), "0 B");
  EXPECT_EQ(format_bytes_exactly(1536), "1536 B");
  EXPECT_EQ(format_bytes_exactly(2048), "2 KiB");
  EXPECT_EQ(format_bytes_exactly(1'000'000), "1000000 B") << "976.6 KiB would not tell what was understood";
  EXPECT_EQ(format_duration(500'000'000), "500 ms");
  EXPECT_EQ(format_duration(2'000'000'000), "2 s");
  EXPECT_EQ(format_duration(600'000'000'000), "10 min");
}

}  // namespace
}  // namespace coordbench::testing::units_test
