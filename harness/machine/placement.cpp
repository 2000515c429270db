#include "harness/machine/placement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
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

std::vector<CpuSet> cores_in_turn(const Topology& topology, const CpuSet& pool, PlacementPolicy::Kind kind) {
  if (kind != PlacementPolicy::Kind::spread) return cores_of(topology, pool);
  return spread_cores_of(hwloc_get_root_obj(topology.get()), core_depth(topology), pool);
}

/// Cores, and which of them each rank takes: one of its own within the PUs that it may use.
class Seats {
 public:
  Seats(std::vector<CpuSet> cores, const std::vector<CpuSet>& masks)
      : cores_(std::move(cores)), masks_(masks), taker_(cores_.size(), kNobody) {}

  /// [rank]; empty if there is no core for some rank. A rank takes the first core that is free; one that took its core before
  /// moves on only if nothing else helps (augmenting paths: Berge, PNAS 43(9) 1957).
  std::vector<CpuSet> taken() {
    for (std::size_t rank = 0; rank < masks_.size(); ++rank) {
      std::vector<bool> tried(cores_.size(), false);
      if (!seat(rank, tried)) return {};
    }
    std::vector<CpuSet> targets(masks_.size());
    for (std::size_t core = 0; core < cores_.size(); ++core)
      if (taker_[core] != kNobody) targets[taker_[core]] = (cores_[core] & masks_[taker_[core]]).lowest();
    return targets;
  }

 private:
  static constexpr std::size_t kNobody = SIZE_MAX;

  /// Calls itself no deeper than there are ranks.
  bool seat(std::size_t rank, std::vector<bool>& tried) {
    for (std::size_t core = 0; core < cores_.size(); ++core)
      if (taker_[core] == kNobody && may_take(rank, core)) return taker_[core] = rank, true;
    for (std::size_t core = 0; core < cores_.size(); ++core) {
      if (tried[core] || !may_take(rank, core)) continue;
      tried[core] = true;
      if (seat(taker_[core], tried)) return taker_[core] = rank, true;
    }
    return false;
  }
  [[nodiscard]] bool may_take(std::size_t rank, std::size_t core) const { return !(cores_[core] & masks_[rank]).empty(); }

  std::vector<CpuSet> cores_;
  const std::vector<CpuSet>& masks_;
  std::vector<std::size_t> taker_;  ///< [core]
};

std::vector<CpuSet> listed_pus(const PlacementPolicy& policy, const CpuSet& allowed, const std::vector<CpuSet>& masks) {
  const std::size_t ranks = masks.size();
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
    if (!target.is_within(masks[rank].get()))
      throw std::invalid_argument(
          fmt::format("--placement {}: PU {} is for a rank that was started on {} only; start the ranks with mpirun --bind-to "
                      "none, or name another",
                      name_of(policy), policy.list[rank], masks[rank].text()));
    if (!must_repeat && std::find(targets.begin(), targets.end(), target) != targets.end())
      throw std::invalid_argument(fmt::format("--placement {}: PU {} is given to two ranks; name {} different ones of {}",
                                              name_of(policy), policy.list[rank], ranks, allowed.text()));
    targets.push_back(std::move(target));
  }
  return targets;
}

std::string too_many_ranks(const PlacementPolicy& policy, std::size_t ranks, std::size_t cores) {
  return fmt::format(
      "--placement {}: more ranks ({}) than cores ({}) where they may run on this node, so none is pinned; start at most {} "
      "here",
      name_of(policy), ranks, cores, cores);
}

std::string no_core_each(const PlacementPolicy& policy) {
  return fmt::format(
      "--placement {}: the ranks of this node were started where there is no core for each, so none is pinned; "
      "start them with mpirun --bind-to none, or on more cores",
      name_of(policy));
}

std::string held_back(const PlacementPolicy& policy) {
  return fmt::format(
      "--placement {}: the ranks of this node were started on fewer PUs each than it takes, and stay on these; "
      "start them with mpirun --bind-to none",
      name_of(policy));
}

}  // namespace

Placement place(const Topology& topology, std::span<const CpuSet> left_by_launcher, const PlacementPolicy& policy) {
  using Kind = PlacementPolicy::Kind;
  const std::size_t ranks = left_by_launcher.size();
  std::vector<CpuSet> masks;
  CpuSet pool;
  for (const CpuSet& left : left_by_launcher) {
    masks.push_back(left & topology.allowed());
    pool = pool | masks.back();
  }
  const std::size_t cores = cores_of(topology, pool).size();
  const bool is_bound = is_sound(topology, left_by_launcher);
  if (policy.kind == Kind::list) return {listed_pus(policy, pool, masks), BoundBy::coordbench, ranks > cores, ""};
  if (policy.kind == Kind::none || (policy.kind == Kind::automatic && is_bound))
    return {std::move(masks), is_bound ? BoundBy::launcher : BoundBy::nobody, ranks > cores, ""};

  std::vector<CpuSet> targets = Seats(cores_in_turn(topology, pool, policy.kind), masks).taken();
  if (targets.empty()) {
    std::string unmet = ranks > cores ? too_many_ranks(policy, ranks, cores) : no_core_each(policy);
    return {std::move(masks), BoundBy::nobody, true, std::move(unmet), pool != topology.allowed()};
  }
  const bool is_alike = std::all_of(masks.begin(), masks.end(), [&](const CpuSet& mask) { return mask == masks[0]; });
  const std::vector<CpuSet> anywhere(ranks, topology.allowed());
  const bool is_held_back = policy.kind != Kind::automatic && !is_alike &&
                            targets != Seats(cores_in_turn(topology, topology.allowed(), policy.kind), anywhere).taken();
  return {std::move(targets), BoundBy::coordbench, false, is_held_back ? held_back(policy) : "", is_held_back};
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
