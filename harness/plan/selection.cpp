#include "harness/plan/selection.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

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

}  // namespace

std::vector<const Kernel*> matching_kernels(std::string_view option, const std::string& glob, std::span<const Kernel> kernels) {
  std::vector<const Kernel*> found;
  std::vector<std::string_view> names;
  for (const Kernel& kernel : kernels) {
    names.push_back(kernel.name);
    if (fnmatch(glob.c_str(), std::string(kernel.name).c_str(), 0) == 0) found.push_back(&kernel);
  }
  if (found.empty())
    throw UsageError(fmt::format("{}: no kernel is called '{}'; nearest: {}; coordbench list shows all", option, glob,
                                 nearest(glob, names)));
  return found;
}

std::vector<const Kernel*> select_kernels(const std::vector<std::string>& globs, std::span<const Kernel> kernels) {
  std::set<const Kernel*> selected;  // pointers into one array sort as the array does
  for (const std::string& glob : globs)
    for (const Kernel* kernel : matching_kernels("--kernels", glob, kernels)) selected.insert(kernel);
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
