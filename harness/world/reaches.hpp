#pragma once
// How far the messages of this rank travel to each other rank: by hwloc's levels within a node, by the zones of a simulated
// platform between nodes.

#include <span>
#include <string>
#include <vector>

#include "harness/reach.hpp"
#include "harness/world/nodes.hpp"
#include "harness/world/seating.hpp"
#include "harness/world/world.hpp"

namespace coordbench {

/// Where a simulated host is; both empty where the platform says nothing.
struct Site {
  std::string region, zone;
};

/// Between hosts of different nodes.
Reach reach_between(const Site& a, const Site& b);
/// Between ranks that share this level.
Reach reach_of(Distance distance);

/// [rank], from this rank. `nodes` says which ranks share one, whatever their hosts are. Collective.
std::vector<Reach> reaches_of(const World& world, const Seating& seating, const Nodes& nodes);

}  // namespace coordbench
