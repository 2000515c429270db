#pragma once
// Which kernels and rank counts the options select. Throws UsageError for names and counts that are not there, saying what is.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/kernel.hpp"
#include "harness/options/option_values.hpp"

namespace coordbench {

/// The kernels that one word means, in the registry's order: `@group`; a glob (* and ?); a name; the
/// beginning of exactly one name; or a part of exactly one. An error names the option.
std::vector<const Kernel*> matching_kernels(std::string_view option, const std::string& word, std::span<const Kernel> kernels);

/// The kernels that at least one word means, each once, in the registry's order, without those that a word behind `!` means;
/// all but the latter if every word has a `!`.
std::vector<const Kernel*> select_kernels(std::string_view option, const std::vector<std::string>& words,
                                          std::span<const Kernel> kernels);

/// Ascending, each once. pow2: the powers of two from 2 up to `world`, and `world`; all: 1 to `world`.
std::vector<int> rank_counts(const std::vector<RankChoice>& choices, int world);

}  // namespace coordbench
