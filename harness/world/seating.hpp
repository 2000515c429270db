#pragma once
// Placement carried out: every rank reads the binding that the launcher gave it, binds itself where the placement of its node
// says, and reads the binding back.

#include <string>
#include <vector>

#include "harness/machine/placement.hpp"
#include "harness/results/launch_record.hpp"
#include "harness/world/world.hpp"

namespace coordbench {

/// The policy that --placement names; throws UsageError.
PlacementPolicy policy_of(const std::string& placement);

struct Seating {
  std::vector<LaunchRecord::RankRow> ranks;  ///< [rank], clocks not yet filled in
  std::vector<std::int8_t> distance;         ///< [rank, peer]
  std::vector<std::string> topology_xml;     ///< [machine]
  std::string bound_by;
  bool oversubscribed = false;       ///< on any node: more ranks than cores, or than the cgroup's quota pays for
  std::vector<std::string> remarks;  ///< one sentence for each node whose ranks were bound so that the policy could not be met
};

/// Collective over the world. Throws UsageError, on every rank alike, for a policy that some node cannot follow.
Seating take_seats(const World& world, const PlacementPolicy& policy);

}  // namespace coordbench
