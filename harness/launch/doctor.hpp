#pragma once
// `coordbench doctor`: what on this machine would spoil a measurement. The proof is a measurement too: one kernel under two
// names must come out equal.

#include <functional>
#include <span>
#include <string>

#include "harness/options/options.hpp"
#include "harness/world/world.hpp"

namespace coordbench {

/// One kernel measured under two names in alternation: medians of short blocks.
struct TwoNames {
  double ratio = 0;          ///< median of the second name's block medians over the first's
  double low = 0, high = 0;  ///< 95 % interval of the median ratio of neighbouring blocks
  [[nodiscard]] bool equal() const { return low <= 1.0 + kTolerance && high >= 1.0 - kTolerance; }
  static constexpr double kTolerance = 0.01;
};
/// From the medians of neighbouring blocks, ns, equally many of each name and at least six. Pure.
TwoNames compare_names(std::span<const double> first_ns, std::span<const double> second_ns);

/// Collective over the world; rank 0 says it all through `print`. Status 0, or 1 if a machine so unsound was found that the two
/// names differ.
int doctor(World& world, Options options, const std::function<int(const std::string&)>& print);

}  // namespace coordbench
