#include "micro/pairs.hpp"

#include <map>

namespace coordbench {
namespace {

std::vector<CpuSet> pus_of(const CpuSet& usable) {
  std::vector<CpuSet> pus;
  for (int pu = hwloc_bitmap_first(usable.get()); pu >= 0; pu = hwloc_bitmap_next(usable.get(), pu))
    pus.emplace_back(static_cast<unsigned>(pu));
  return pus;
}

}  // namespace

std::vector<Pair> pairs_by_distance(const Topology& topology, const CpuSet& usable) {
  const std::vector<CpuSet> pus = pus_of(usable);
  std::map<Distance, Pair> first;
  for (auto here = pus.begin(); here != pus.end(); ++here)
    for (auto there = here + 1; there != pus.end(); ++there)
      if (const Distance apart = distance(topology, *here, *there); apart != Distance::unknown)
        first.try_emplace(apart, Pair{apart, *here, *there});
  std::vector<Pair> pairs;
  for (const auto& [apart, pair] : first) pairs.push_back(pair);
  return pairs;
}

}  // namespace coordbench
