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

template <class Factor>
using Suffixes = std::array<std::pair<std::string_view, Factor>, 4>;

template <class Factor>
std::optional<Factor> factor_of(std::string_view suffix, const Suffixes<Factor>& suffixes) {
  for (const auto& [name, factor] : suffixes)
    if (factor != 0 && suffix == name) return factor;
  return std::nullopt;
}

constexpr Suffixes<std::int64_t> kSizes{{{"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}}};
constexpr Suffixes<double> kTimes{{{"ms", 1e6}, {"s", 1e9}, {"min", 60e9}}};

}  // namespace

std::optional<std::int64_t> parse_whole(std::string_view text) { return only_number<std::int64_t>(text); }

std::optional<std::uint64_t> parse_unsigned(std::string_view text) { return only_number<std::uint64_t>(text); }

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  const auto number = take_number<std::int64_t>(text);
  const auto factor = factor_of(text.empty() ? "B" : text, kSizes);
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

std::string format_bytes(std::int64_t bytes) {
  auto unit = kSizes.front();
  for (const auto& larger : kSizes)
    if (bytes >= larger.second) unit = larger;
  return fmt::format("{:.4g} {}", static_cast<double>(bytes) / static_cast<double>(unit.second), unit.first);
}

std::string format_duration(Time duration_ns) {
  auto unit = kTimes.front();
  for (const auto& larger : kTimes)
    if (larger.second != 0 && static_cast<double>(duration_ns) >= larger.second) unit = larger;
  return fmt::format("{:.4g} {}", static_cast<double>(duration_ns) / unit.second, unit.first);
}

}  // namespace coordbench
