#pragma once
// LogGP does not cover copying, adding and authenticating. Calibration measures these, and simulation charges for them.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "harness/machine/simulator.hpp"
#include "harness/simulated.hpp"

namespace coordbench {

enum class LocalWork : std::int8_t { copy, fold, digest, mac, sign, verify };
inline constexpr std::array<std::string_view, 6> kLocalWorkNames = {"copy", "fold", "digest", "mac", "sign", "verify"};

namespace detail {
template <class Element>
void add_elements(std::byte* __restrict sum, const std::byte* __restrict term, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    Element left, right;
    std::memcpy(&left, sum + i * sizeof(Element), sizeof left);
    std::memcpy(&right, term + i * sizeof(Element), sizeof right);
    left = static_cast<Element>(left + right);
    std::memcpy(sum + i * sizeof(Element), &left, sizeof left);
  }
}

inline void take_as_long_as([[maybe_unused]] LocalWork work, [[maybe_unused]] std::size_t bytes) {
  if constexpr (kSimulated) simulator::work(kLocalWorkNames[static_cast<std::size_t>(work)], bytes);
}
}  // namespace detail

/// Adds `term` to `sum`, element by element of `width` bytes, wrapping around. Both have the same size and do not overlap.
inline void add(std::span<std::byte> sum, std::span<const std::byte> term, std::size_t width) {
  if (width == 8)
    detail::add_elements<std::uint64_t>(sum.data(), term.data(), sum.size() / 8);
  else
    detail::add_elements<std::uint8_t>(sum.data(), term.data(), sum.size());
  detail::take_as_long_as(LocalWork::fold, sum.size());
}

/// memcpy that accepts two empty spans.
inline void copy(std::span<const std::byte> from, std::span<std::byte> to) {
  if (from.empty()) return;
  std::memcpy(to.data(), from.data(), from.size());
  detail::take_as_long_as(LocalWork::copy, from.size());
}

}  // namespace coordbench
