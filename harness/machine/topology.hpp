#pragma once
// One node's cores and caches, by hwloc: where a set of PUs sits, how far apart two are, and binding to one.

#include <hwloc.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "harness/machine/cpu_set.hpp"

namespace coordbench {

/// A loaded topology. It shows PUs that this job may not use too, so that indexes mean the same in every container of a node.
class Topology {
 public:
  static Topology this_machine();                             ///< throws std::runtime_error
  static Topology from_xml(const std::string& xml);           ///< throws std::invalid_argument
  static Topology synthetic(const std::string& description);  ///< "pack:2 l3:2 core:4 pu:2"; throws std::invalid_argument

  /// Makes `pus` the allowed set. Throws std::invalid_argument if this node has none of them.
  void allow(const CpuSet& pus);

  [[nodiscard]] hwloc_topology_t get() const { return topology_.get(); }
  [[nodiscard]] CpuSet allowed() const { return CpuSet(hwloc_topology_get_allowed_cpuset(get())); }
  [[nodiscard]] std::string xml() const;

 private:
  Topology();
  [[nodiscard]] bool load();

  struct Destroy {
    void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
  };
  std::unique_ptr<hwloc_topology, Destroy> topology_;
};

/// Binds every thread of this process and reads the binding back. Throws std::runtime_error if it is not what was asked for.
void bind_this_process(const Topology& topology, const CpuSet& target);
/// Throws std::runtime_error where the binding cannot be read, as for a topology that is not this machine's.
CpuSet current_binding(const Topology& topology);

/// Where a set sits, in OS indexes; -1 where it spans more than one of the kind. Linux numbers cores within their package.
struct Seat {
  int package = -1;
  int numa = -1;
  int core = -1;
  int pu = -1;
  std::string cpuset;  ///< list format
};
Seat seat_of(const Topology& topology, const CpuSet& set);

/// The core (the PU, where hwloc knows no cores) that holds all of `set`; null if none does or the set is empty.
hwloc_obj_t core_of(const Topology& topology, const CpuSet& set);
/// The depth of cores in the tree, or of PUs where hwloc knows no cores.
int core_depth(const Topology& topology);

/// The closest level of the machine that two ranks share. The values are those of `/ranks/distance` in the file.
enum class Distance : std::int8_t { self, pu, core, l2, l3, numa, package, machine, network, unknown };
inline constexpr std::array<std::string_view, 10> kDistanceNames = {"self", "pu",      "core",    "l2",      "l3",
                                                                    "numa", "package", "machine", "network", "unknown"};
constexpr std::string_view name_of(Distance distance) { return kDistanceNames[static_cast<std::size_t>(distance)]; }

/// Of two ranks of one node bound to `a` and `b`: the shared level with the fewest PUs; `unknown` if either spans several
/// cores. Never `self` or `network`: only the caller knows who the ranks are.
Distance distance(const Topology& topology, const CpuSet& a, const CpuSet& b);

}  // namespace coordbench
