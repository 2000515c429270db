#pragma once
// Quantities as people write them: sizes, times, shares and counts, there and back. Nothing here throws: text that is not
// such a quantity, or does not fit into 64 bits, is nullopt.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/description.hpp"

namespace coordbench {

std::optional<std::int64_t> parse_whole(std::string_view text);      ///< an optional minus and decimal digits
std::optional<std::uint64_t> parse_unsigned(std::string_view text);  ///< decimal digits
/// Digits, then nothing or a unit, in capitals or not: B; k, KiB, m, MiB, g, GiB by 1,024; kB, MB, GB by 1,000.
std::optional<std::int64_t> parse_bytes(std::string_view text);
std::optional<Time> parse_duration(std::string_view text);   ///< a decimal number, then ns, us, ms, s or min; in ns
std::optional<double> parse_percent(std::string_view text);  ///< "5%" is 0.05

std::optional<double> parse_share(std::string_view text);  ///< "0.05" and "5%" are 0.05
std::string format_bytes(std::int64_t bytes);              ///< "8 B", "1.5 KiB", four digits
std::string format_bytes_exactly(std::int64_t bytes);  ///< "8 B", "1536 B", "2 KiB": the largest unit that leaves no fraction
std::string format_duration(Time duration_ns);         ///< "500 ms", "2 s", "10 min"

}  // namespace coordbench
