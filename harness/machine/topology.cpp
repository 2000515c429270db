#include "harness/machine/topology.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace coordbench {
namespace {

/// NUMA nodes hang beside the tree of cores, and several may cover the same ones: the smallest is the near one.
hwloc_obj_t numa_around(const Topology& topology, const CpuSet& set) {
  hwloc_obj_t nearest = nullptr;
  for (hwloc_obj_t node = nullptr; (node = hwloc_get_next_obj_by_type(topology.get(), HWLOC_OBJ_NUMANODE, node)) != nullptr;)
    if (set.is_within(node->cpuset) &&
        (nearest == nullptr || hwloc_bitmap_weight(node->cpuset) < hwloc_bitmap_weight(nearest->cpuset)))
      nearest = node;
  return nearest;
}

/// The smallest object of a kind that holds all of `set`; null if none does or the set is empty.
hwloc_obj_t around(const Topology& topology, const CpuSet& set, hwloc_obj_type_t type) {
  hwloc_obj_t object = hwloc_get_obj_covering_cpuset(topology.get(), set.get());
  if (object != nullptr && type == HWLOC_OBJ_NUMANODE) return numa_around(topology, set);
  while (object != nullptr && object->type != type) object = object->parent;
  return object;
}

int index_around(const Topology& topology, const CpuSet& set, hwloc_obj_type_t type) {
  const hwloc_obj_t object = around(topology, set, type);
  return object == nullptr ? -1 : static_cast<int>(object->os_index);
}

}  // namespace

Topology::Topology() {
  hwloc_topology_t topology = nullptr;
  if (hwloc_topology_init(&topology) != 0) throw std::runtime_error("hwloc cannot be initialised");
  topology_.reset(topology);
}

bool Topology::load() {
  return hwloc_topology_set_flags(get(), HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED) == 0 && hwloc_topology_load(get()) == 0;
}

Topology Topology::this_machine() {
  Topology topology;
  if (!topology.load()) throw std::runtime_error("hwloc cannot read this machine's topology; lstopo shows why");
  return topology;
}

Topology Topology::from_xml(const std::string& xml) {
  Topology topology;
  const int size = static_cast<int>(xml.size()) + 1;  // hwloc counts the terminating zero
  if (hwloc_topology_set_xmlbuffer(topology.get(), xml.c_str(), size) != 0 || !topology.load())
    throw std::invalid_argument("the text is not a topology in hwloc's XML; export one with lstopo --of xml");
  return topology;
}

Topology Topology::synthetic(const std::string& description) {
  Topology topology;
  if (hwloc_topology_set_synthetic(topology.get(), description.c_str()) != 0 || !topology.load())
    throw std::invalid_argument(
        fmt::format("'{}' is no synthetic topology; write one such as pack:2 l3:2 core:4 pu:2", description));
  return topology;
}

void Topology::allow(const CpuSet& pus) {
  if (hwloc_topology_allow(get(), pus.get(), nullptr, HWLOC_ALLOW_FLAG_CUSTOM) != 0)
    throw std::invalid_argument(fmt::format("none of the PUs '{}' is in this topology", pus.text()));
}

std::string Topology::xml() const {
  char* buffer = nullptr;
  int size = 0;
  if (hwloc_topology_export_xmlbuffer(get(), &buffer, &size, 0) != 0)
    throw std::runtime_error("hwloc cannot write the topology as XML");
  std::string text(buffer);
  hwloc_free_xmlbuffer(get(), buffer);
  return text;
}

void bind_this_process(const Topology& topology, const CpuSet& target) {
  if (hwloc_set_cpubind(topology.get(), target.get(), HWLOC_CPUBIND_PROCESS) != 0)
    throw std::runtime_error(
        fmt::format("cannot bind to PUs '{}': {}; try --placement none", target.text(), std::strerror(errno)));
  // The kernel narrows a mask to what the job may use without saying so.
  if (const CpuSet bound = current_binding(topology); bound != target)
    throw std::runtime_error(
        fmt::format("asked to be bound to PUs '{}' but sits on '{}'; try --placement none", target.text(), bound.text()));
}

CpuSet current_binding(const Topology& topology) {
  if (hwloc_topology_is_thissystem(topology.get()) == 0)
    throw std::runtime_error(
        "the topology is not this machine's, so no binding can be read; unset HWLOC_XMLFILE and HWLOC_SYNTHETIC");
  CpuSet bound;
  if (hwloc_get_cpubind(topology.get(), bound.get(), HWLOC_CPUBIND_PROCESS) != 0)
    throw std::runtime_error(fmt::format("cannot read this process's binding: {}", std::strerror(errno)));
  return bound;
}

Seat seat_of(const Topology& topology, const CpuSet& set) {
  return {.package = index_around(topology, set, HWLOC_OBJ_PACKAGE),
          .numa = index_around(topology, set, HWLOC_OBJ_NUMANODE),
          .core = index_around(topology, set, HWLOC_OBJ_CORE),
          .pu = index_around(topology, set, HWLOC_OBJ_PU),
          .cpuset = set.text()};
}

int core_depth(const Topology& topology) { return hwloc_get_type_or_below_depth(topology.get(), HWLOC_OBJ_CORE); }

hwloc_obj_t core_of(const Topology& topology, const CpuSet& set) {
  return around(topology, set, hwloc_get_depth_type(topology.get(), core_depth(topology)));
}

Distance distance(const Topology& topology, const CpuSet& a, const CpuSet& b) {
  if (core_of(topology, a) == nullptr || core_of(topology, b) == nullptr) return Distance::unknown;
  static constexpr std::pair<Distance, hwloc_obj_type_t> kLevels[] = {
      {Distance::pu, HWLOC_OBJ_PU},      {Distance::core, HWLOC_OBJ_CORE},     {Distance::l2, HWLOC_OBJ_L2CACHE},
      {Distance::l3, HWLOC_OBJ_L3CACHE}, {Distance::numa, HWLOC_OBJ_NUMANODE}, {Distance::package, HWLOC_OBJ_PACKAGE},
  };
  const int machine_pus = hwloc_bitmap_weight(hwloc_topology_get_topology_cpuset(topology.get()));
  const CpuSet both = a | b;
  Distance closest = Distance::machine;
  int fewest_pus = machine_pus + 1;
  for (const auto& [level, type] : kLevels) {
    const hwloc_obj_t object = around(topology, both, type);
    if (object == nullptr) continue;
    const int pus = hwloc_bitmap_weight(object->cpuset);
    if (level == Distance::numa && pus == machine_pus) continue;  // memory next to every core makes none of them closer
    if (pus >= fewest_pus) continue;
    closest = level;
    fewest_pus = pus;
  }
  return closest;
}

}  // namespace coordbench
