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
std::optional<std::int64_t> parse_bytes(std::string_view text);      ///< digits, then nothing, B, KiB, MiB or GiB
std::optional<Time> parse_duration(std::string_view text);           ///< a decimal number, then ms, s or min; in ns
std::optional<double> parse_percent(std::string_view text);          ///< "5%" is 0.05

std::string format_bytes(std::int64_t bytes);   ///< "8 B", "1.5 KiB"
std::string format_duration(Time duration_ns);  ///< "500 ms", "2 s", "10 min"

}  // namespace coordbench
