#include "harness/options/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace coordbench {
namespace {

/// The number at the front of `text`, which is left with what follows it.
template <class Number>
std::optional<Number> take_number(std::string_view& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

template <class Number>
std::optional<Number> only_number(std::string_view text) {
  const auto number = take_number<Number>(text);
  return text.empty() ? number : std::nullopt;
}

template <class Factor, std::size_t count>
using Suffixes = std::array<std::pair<std::string_view, Factor>, count>;

template <class Factor, std::size_t count>
std::optional<Factor> factor_of(std::string_view suffix, const Suffixes<Factor, count>& suffixes) {
  for (const auto& [name, factor] : suffixes)
    if (suffix == name) return factor;
  return std::nullopt;
}

/// What people type, in small letters. GNU's tools read sizes like this: `kB` is 1,000 bytes, `k` and `KiB` are 1,024.
constexpr Suffixes<std::int64_t, 11> kSizes{{{"", 1},
                                             {"b", 1},
                                             {"k", 1 << 10},
                                             {"kib", 1 << 10},
                                             {"kb", 1'000},
                                             {"m", 1 << 20},
                                             {"mib", 1 << 20},
                                             {"mb", 1'000'000},
                                             {"g", 1 << 30},
                                             {"gib", 1 << 30},
                                             {"gb", 1'000'000'000}}};
constexpr Suffixes<std::int64_t, 4> kUnitsWritten{{{"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}}};
constexpr Suffixes<double, 5> kTimes{{{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}}};

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& letter : small)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return small;
}

}  // namespace

std::optional<std::int64_t> parse_whole(std::string_view text) { return only_number<std::int64_t>(text); }

std::optional<std::uint64_t> parse_unsigned(std::string_view text) { return only_number<std::uint64_t>(text); }

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  const auto number = take_number<std::int64_t>(text);
  const auto factor = factor_of(in_small_letters(text), kSizes);
  if (!number || *number < 0 || !factor || *number > INT64_MAX / *factor) return std::nullopt;
  return *number * *factor;
}

std::optional<Time> parse_duration(std::string_view text) {
  const auto number = take_number<double>(text);
  const auto factor = factor_of(text, kTimes);
  if (!number || !factor) return std::nullopt;
  const double duration_ns = std::round(*number * *factor);
  if (!(duration_ns >= 0 && duration_ns < 0x1p63)) return std::nullopt;  // the negation also catches "nan"
  return static_cast<Time>(duration_ns);
}

std::optional<double> parse_percent(std::string_view text) {
  const auto number = take_number<double>(text);
  if (!number || !std::isfinite(*number) || text != "%") return std::nullopt;
  return *number / 100;
}

std::optional<double> parse_share(std::string_view text) {
  if (!text.empty() && text.back() == '%') return parse_percent(text);
  const auto number = only_number<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

std::string format_bytes(std::int64_t bytes) {
  auto unit = kUnitsWritten.front();
  for (const auto& larger : kUnitsWritten)
    if (bytes >= larger.second) unit = larger;
  return fmt::format("{:.4g} {}", static_cast<double>(bytes) / static_cast<double>(unit.second), unit.first);
}

std::string format_bytes_exactly(std::int64_t bytes) {
  auto unit = kUnitsWritten.front();
  for (const auto& larger : kUnitsWritten)
    if (bytes > 0 && bytes % larger.second == 0) unit = larger;
  return fmt::format("{} {}", bytes / unit.second, unit.first);
}

std::string format_duration(Time duration_ns) {
  auto unit = kTimes.front();
  for (const auto& larger : kTimes)
    if (static_cast<double>(duration_ns) >= larger.second) unit = larger;
  return fmt::format("{:.4g} {}", static_cast<double>(duration_ns) / unit.second, unit.first);
}

}  // namespace coordbench
