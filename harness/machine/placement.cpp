#include "harness/machine/placement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <stdexcept>
#include <utility>

namespace coordbench {
namespace {

constexpr std::array<std::string_view, 5> kKindNames = {"auto", "compact", "spread", "none", "list"};
constexpr std::string_view kListPrefix = "list:";

/// The PUs of `pool` in each core that has some, cores in logical order.
std::vector<CpuSet> cores_of(const Topology& topology, const CpuSet& pool) {
  std::vector<CpuSet> cores;
  for (hwloc_obj_t core = nullptr; (core = hwloc_get_next_obj_by_depth(topology.get(), core_depth(topology), core)) != nullptr;)
    if (CpuSet own = pool & CpuSet(core->cpuset); !own.empty()) cores.push_back(std::move(own));
  return cores;
}

/// The same cores below `object`, taking one of each child in turn. hwloc_distrib would not do: it weighs by PUs, allowed or
/// not, and gives a core with two of them two ranks while a neighbour left with one stays empty.
std::vector<CpuSet> spread_cores_of(hwloc_obj_t object, int core_depth, const CpuSet& pool) {
  if (object->depth == core_depth) {
    CpuSet own = pool & CpuSet(object->cpuset);
    return own.empty() ? std::vector<CpuSet>{} : std::vector{std::move(own)};
  }
  std::vector<std::vector<CpuSet>> parts;
  std::size_t longest = 0;
  for (unsigned i = 0; i < object->arity; ++i) {
    parts.push_back(spread_cores_of(object->children[i], core_depth, pool));
    longest = std::max(longest, parts.back().size());
  }
  std::vector<CpuSet> cores;
  for (std::size_t turn = 0; turn < longest; ++turn)
    for (const auto& part : parts)
      if (turn < part.size()) cores.push_back(part[turn]);
  return cores;
}

bool is_sound(const Topology& topology, std::span<const CpuSet> bindings) {
  const CpuSet allowed = topology.allowed();
  std::set<hwloc_obj_t> taken;
  return std::all_of(bindings.begin(), bindings.end(), [&](const CpuSet& binding) {
    const hwloc_obj_t core = core_of(topology, binding);
    return core != nullptr && binding.is_within(allowed.get()) && taken.insert(core).second;
  });
}

/// What `automatic` may place ranks on: a mask put around the whole job is respected as long as it has a core for every rank.
CpuSet pool_of(const Topology& topology, std::span<const CpuSet> left_by_launcher) {
  CpuSet left;
  for (const CpuSet& binding : left_by_launcher) left = left | binding;
  left = left & topology.allowed();
  return cores_of(topology, left).size() >= left_by_launcher.size() ? left : topology.allowed();
}

std::vector<CpuSet> cores_in_turn(const Topology& topology, std::span<const CpuSet> left_by_launcher,
                                  PlacementPolicy::Kind kind) {
  if (kind == PlacementPolicy::Kind::spread)
    return spread_cores_of(hwloc_get_root_obj(topology.get()), core_depth(topology), topology.allowed());
  const bool by_user = kind == PlacementPolicy::Kind::compact;
  return cores_of(topology, by_user ? topology.allowed() : pool_of(topology, left_by_launcher));
}

std::vector<CpuSet> first_pus(const std::vector<CpuSet>& cores, std::size_t ranks) {
  std::vector<CpuSet> targets;
  std::transform(cores.begin(), std::next(cores.begin(), static_cast<std::ptrdiff_t>(ranks)), std::back_inserter(targets),
                 [](const CpuSet& core) { return core.lowest(); });
  return targets;
}

std::vector<CpuSet> listed_pus(const Topology& topology, const PlacementPolicy& policy, std::size_t ranks) {
  const CpuSet allowed = topology.allowed();
  if (policy.list.size() < ranks)
    throw std::invalid_argument(
        fmt::format("--placement {}: too few PUs ({}) for the ranks of this node ({}); name one of {} for each",
                    name_of(policy), policy.list.size(), ranks, allowed.text()));
  const bool must_repeat = ranks > static_cast<std::size_t>(hwloc_bitmap_weight(allowed.get()));
  std::vector<CpuSet> targets;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    CpuSet target(policy.list[rank]);
    if (!target.is_within(allowed.get()))
      throw std::invalid_argument(fmt::format("--placement {}: PU {} is not allowed on this node; choose from {}",
                                              name_of(policy), policy.list[rank], allowed.text()));
    if (!must_repeat && std::find(targets.begin(), targets.end(), target) != targets.end())
      throw std::invalid_argument(fmt::format("--placement {}: PU {} is given to two ranks; name {} different ones of {}",
                                              name_of(policy), policy.list[rank], ranks, allowed.text()));
    targets.push_back(std::move(target));
  }
  return targets;
}

std::string too_many_ranks(const PlacementPolicy& policy, std::size_t ranks, std::size_t cores) {
  return fmt::format("--placement {}: more ranks ({}) than cores ({}) on this node, so none is pinned; start at most {} here",
                     name_of(policy), ranks, cores, cores);
}

}  // namespace

Placement place(const Topology& topology, std::span<const CpuSet> left_by_launcher, const PlacementPolicy& policy) {
  using Kind = PlacementPolicy::Kind;
  const std::size_t ranks = left_by_launcher.size();
  const std::size_t cores = cores_of(topology, topology.allowed()).size();
  const bool oversubscribed = ranks > cores;
  if (policy.kind == Kind::list) return {listed_pus(topology, policy, ranks), BoundBy::coordbench, oversubscribed, ""};

  if (policy.kind == Kind::none || oversubscribed)
    return {std::vector(ranks, topology.allowed()), BoundBy::nobody, oversubscribed,
            policy.kind == Kind::none ? "" : too_many_ranks(policy, ranks, cores)};

  if (policy.kind == Kind::automatic && is_sound(topology, left_by_launcher))
    return {{left_by_launcher.begin(), left_by_launcher.end()}, BoundBy::launcher, false, ""};

  return {first_pus(cores_in_turn(topology, left_by_launcher, policy.kind), ranks), BoundBy::coordbench, false, ""};
}

PlacementPolicy parse_policy(std::string_view text) {
  if (text.starts_with(kListPrefix)) {
    PlacementPolicy policy{PlacementPolicy::Kind::list, parse_pus(text.substr(kListPrefix.size()))};
    if (policy.list.empty())
      throw std::invalid_argument("--placement list: names no PU; write one for each rank, such as list:0,2,4-7");
    return policy;
  }
  const auto* const end_of_words = std::prev(kKindNames.end());
  const auto* const found = std::find(kKindNames.begin(), end_of_words, text);
  if (found == end_of_words)
    throw std::invalid_argument(fmt::format(
        "--placement '{}' is no policy; choose auto, compact, spread, none or a list of PUs such as list:0,2,4-7", text));
  return {static_cast<PlacementPolicy::Kind>(found - kKindNames.begin()), {}};
}

std::string name_of(const PlacementPolicy& policy) {
  std::string name(kKindNames[static_cast<std::size_t>(policy.kind)]);
  char separator = ':';  // no fmt::join: with g++ 12 at -O3 it sets off a false -Wstringop-overflow
  for (const unsigned pu : policy.list) name += fmt::format("{}{}", std::exchange(separator, ','), pu);
  return name;
}

std::string_view name_of(BoundBy binder) {
  static constexpr std::array<std::string_view, 3> kNames = {"launcher", "coordbench", "nobody"};
  return kNames[static_cast<std::size_t>(binder)];
}

}  // namespace coordbench
