#include "harness/plan/selection.hpp"

#include <fmt/format.h>
#include <fnmatch.h>
#include <CLI/StringTools.hpp>

#include <algorithm>
#include <cstdint>
#include <set>

#include "harness/options/nearest.hpp"
#include "harness/options/usage_error.hpp"

namespace coordbench {
namespace {

std::set<int> counts_of(const RankChoice& choice, int world) {
  if (choice.kind == RankChoice::Kind::count) return {choice.count};
  std::set<int> counts{world};
  if (choice.kind == RankChoice::Kind::pow2)
    for (std::int64_t ranks = 2; ranks < world; ranks *= 2) counts.insert(static_cast<int>(ranks));
  else
    for (int ranks = 1; ranks < world; ++ranks) counts.insert(ranks);
  return counts;
}

template <class Condition>
std::vector<const Kernel*> kernels_that(std::span<const Kernel> kernels, Condition condition) {
  std::vector<const Kernel*> found;
  for (const Kernel& kernel : kernels)
    if (condition(kernel)) found.push_back(&kernel);
  return found;
}

std::vector<std::string_view> names_of(const std::vector<const Kernel*>& kernels) {
  std::vector<std::string_view> names;
  for (const Kernel* kernel : kernels) names.push_back(kernel->name);
  return names;
}

/// Those of kGroups that have a kernel here.
std::vector<std::string_view> groups_in(std::span<const Kernel> kernels) {
  std::vector<std::string_view> groups;
  for (const std::string_view group : kGroups)
    if (std::any_of(kernels.begin(), kernels.end(), [&](const Kernel& kernel) { return kernel.about.group == group; }))
      groups.push_back(group);
  return groups;
}

std::vector<const Kernel*> kernels_in_group(std::string_view option, std::string_view group, std::span<const Kernel> kernels) {
  auto found = kernels_that(kernels, [&](const Kernel& kernel) { return kernel.about.group == group; });
  if (!found.empty()) return found;
  const auto groups = groups_in(kernels);
  throw UsageError(fmt::format("{}: no kernel is of the group '@{}'; nearest: {}; accepted: @{}", option, group,
                               nearest(group, groups), CLI::detail::join(groups, ", @")));
}

bool is_exclusion(const std::string& word) { return word.starts_with('!'); }

/// The one kernel whose name begins with this part, else the one whose name holds it; none if no name does.
std::vector<const Kernel*> kernel_by_part(std::string_view option, std::string_view part, std::span<const Kernel> kernels) {
  if (part.empty()) return {};
  auto found = kernels_that(kernels, [&](const Kernel& kernel) { return kernel.name.starts_with(part); });
  if (found.size() == 1) return found;
  found = kernels_that(kernels, [&](const Kernel& kernel) { return kernel.name.find(part) != std::string_view::npos; });
  if (found.size() > 1)
    throw UsageError(fmt::format("{}: '{}' is part of {} names: {}; write more of one of them, or '*{}*' for all", option, part,
                                 found.size(), CLI::detail::join(names_of(found), ", "), part));
  return found;
}

}  // namespace

std::vector<const Kernel*> matching_kernels(std::string_view option, const std::string& word, std::span<const Kernel> kernels) {
  if (word.starts_with('@')) return kernels_in_group(option, std::string_view(word).substr(1), kernels);
  auto found = kernels_that(
      kernels, [&](const Kernel& kernel) { return fnmatch(word.c_str(), std::string(kernel.name).c_str(), 0) == 0; });
  if (found.empty()) found = kernel_by_part(option, word, kernels);
  if (!found.empty()) return found;
  const auto every = names_of(kernels_that(kernels, [](const Kernel&) { return true; }));
  throw UsageError(
      fmt::format("{}: no kernel is called '{}'; nearest: {}; coordbench list shows all", option, word, nearest(word, every)));
}

std::vector<const Kernel*> select_kernels(std::string_view option, const std::vector<std::string>& words,
                                          std::span<const Kernel> kernels) {
  std::set<const Kernel*> selected, left_out;  // pointers into one array sort as the array does
  for (const std::string& word : words) {
    const auto meant = matching_kernels(option, is_exclusion(word) ? word.substr(1) : word, kernels);
    (is_exclusion(word) ? left_out : selected).insert(meant.begin(), meant.end());
  }
  if (std::all_of(words.begin(), words.end(), is_exclusion))
    for (const Kernel& kernel : kernels) selected.insert(&kernel);
  std::erase_if(selected, [&](const Kernel* kernel) { return left_out.contains(kernel); });
  if (selected.empty())
    throw UsageError(
        fmt::format("{}: '{}' leaves no kernel; leave out what stands behind a !", option, CLI::detail::join(words, ",")));
  return {selected.begin(), selected.end()};
}

std::vector<int> rank_counts(const std::vector<RankChoice>& choices, int world) {
  std::set<int> counts;
  for (const RankChoice& choice : choices) counts.merge(counts_of(choice, world));
  if (const int most = *counts.rbegin(); most > world)
    throw UsageError(
        fmt::format("--ranks: '{}' was given; accepted: 1 to {}, the ranks of this launch; start more with "
                    "mpirun -n {} coordbench run",
                    most, world, most));
  return {counts.begin(), counts.end()};
}

}  // namespace coordbench
