#pragma once
// Which PUs each rank of one node goes to: pure, so that machines one does not own can be tested.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/machine/topology.hpp"

namespace coordbench {

struct PlacementPolicy {
  enum class Kind : std::uint8_t {
    automatic,  ///< keep the launcher's binding if it is sound, else compact
    compact,    ///< one rank per core, in the order of the machine
    spread,     ///< one rank per core, packages in turn, then NUMA nodes and caches within them
    none,       ///< every rank stays as it was started
    list,       ///< local rank i on PU list[i]
  };
  Kind kind = Kind::automatic;
  std::vector<unsigned> list;  ///< OS indexes
};

/// From "auto", "compact", "spread", "none" or "list:0,2,4-7". Throws std::invalid_argument.
PlacementPolicy parse_policy(std::string_view text);
/// Text that parse_policy reads back.
std::string name_of(const PlacementPolicy& policy);

enum class BoundBy : std::uint8_t { launcher, coordbench, nobody };
std::string_view name_of(BoundBy binder);

struct Placement {
  std::vector<CpuSet> targets;  ///< [local rank]
  BoundBy bound_by = BoundBy::nobody;
  bool oversubscribed = false;  ///< fewer cores than ranks where these may run; siblings of one core count once
  std::string unmet;            ///< one sentence if the policy could not be met, else empty
  bool is_for_mask = false;     ///< whether that is for what the ranks were started with, not for what the node has
};

/// Places the ranks of one node. `left_by_launcher[local rank]` is the binding that each started with, and no rank leaves its
/// own. With compact and spread the first k ranks of equal bindings sit where k ranks alone would, because a case uses the
/// first ranks of its launch. Throws std::invalid_argument for a list that is too short, names a PU that is not allowed, or
/// repeats one needlessly.
Placement place(const Topology& topology, std::span<const CpuSet> left_by_launcher, const PlacementPolicy& policy);

}  // namespace coordbench
