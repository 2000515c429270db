#pragma once
// Which kernels and rank counts the options select. Throws UsageError for names and counts that are not there, saying what is.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/kernel.hpp"
#include "harness/options/option_values.hpp"

namespace coordbench {

/// The kernels that match one glob (* and ?), in the registry's order; an error names the option.
std::vector<const Kernel*> matching_kernels(std::string_view option, const std::string& glob, std::span<const Kernel> kernels);

/// The kernels that match at least one glob, each once, in the registry's order.
std::vector<const Kernel*> select_kernels(const std::vector<std::string>& globs, std::span<const Kernel> kernels);

/// Ascending, each once. pow2: the powers of two from 2 up to `world`, and `world`; all: 1 to `world`.
std::vector<int> rank_counts(const std::vector<RankChoice>& choices, int world);

}  // namespace coordbench
