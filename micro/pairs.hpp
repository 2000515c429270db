#pragma once
// Which two hardware threads stand for each distance on this machine.

#include <vector>

#include "harness/machine/topology.hpp"

namespace coordbench {

struct Pair {
  Distance distance;
  CpuSet here, there;  ///< one PU each
};

/// Of the PUs that this process may use, the first pair at each distance that two of them have, closest first; empty if there
/// is one PU only.
std::vector<Pair> pairs_by_distance(const Topology& topology, const CpuSet& usable);

}  // namespace coordbench
