#include "harness/world/seating.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "harness/machine/host_facts.hpp"
#include "harness/options/usage_error.hpp"
#include "harness/simulated.hpp"
#include "harness/world/nodes.hpp"

namespace coordbench {
namespace {

using nlohmann::json;

std::vector<json> gather(const World& world, const json& mine) {
  std::vector<json> all;
  for (const std::string& text : world.gather_texts(mine.dump(-1, ' ', false, json::error_handler_t::replace)))
    all.push_back(json::parse(text));
  return all;
}

/// The text `what` of every arrival.
std::vector<std::string> texts_of(const std::vector<json>& arrivals, const char* what) {
  std::vector<std::string> texts;
  for (const json& arrival : arrivals) texts.push_back(arrival.at(what));
  return texts;
}

/// Binds this rank to its place; returns where it is, as text for the other ranks.
json sit_down(const Topology& topology, const Placement& placement, std::size_t local_rank) {
  if (placement.bound_by == BoundBy::coordbench) bind_this_process(topology, placement.targets[local_rank]);
  const CpuSet binding = current_binding(topology);
  const Seat seat = seat_of(topology, binding);
  const bool throttled = cgroup_cpu_quota_cores() < static_cast<double>(placement.targets.size());
  return {{"package", seat.package},
          {"numa", seat.numa},
          {"core", seat.core},
          {"pu", seat.pu},
          {"cpuset", seat.cpuset},
          {"bound_by", name_of(placement.bound_by)},
          {"oversubscribed", placement.oversubscribed || throttled},
          {"unmet", local_rank == 0 && placement.is_for_mask ? placement.unmet : ""},
          {"xml", local_rank == 0 ? topology.xml() : ""}};
}

json place_this_rank(const Topology& topology, const std::vector<json>& arrivals, const std::vector<int>& machines, Rank self,
                     const PlacementPolicy& policy) {
  std::vector<CpuSet> left_by_launcher;
  std::size_t local_rank = 0;
  for (std::size_t rank = 0; rank < arrivals.size(); ++rank) {
    if (machines[rank] != machines[static_cast<std::size_t>(self)]) continue;
    if (rank == static_cast<std::size_t>(self)) local_rank = left_by_launcher.size();
    left_by_launcher.emplace_back(arrivals[rank].at("cpuset").get<std::string>());
  }
  try {
    return sit_down(topology, place(topology, left_by_launcher, policy), local_rank);
  } catch (const std::exception& error) {
    return {{"error", error.what()}};
  }
}

std::int8_t level_between(const Topology& topology, const Seating& seating, std::size_t a, std::size_t b) {
  if (a == b) return static_cast<std::int8_t>(Distance::self);
  if (seating.ranks[a].node != seating.ranks[b].node) return static_cast<std::int8_t>(Distance::network);
  return static_cast<std::int8_t>(distance(topology, CpuSet(seating.ranks[a].cpuset), CpuSet(seating.ranks[b].cpuset)));
}

void measure_distances(Seating& seating, const std::vector<int>& machines) {
  std::vector<Topology> topologies;
  for (const std::string& xml : seating.topology_xml) topologies.push_back(Topology::from_xml(xml));
  for (std::size_t a = 0; a < seating.ranks.size(); ++a)
    for (std::size_t b = 0; b < seating.ranks.size(); ++b)
      seating.distance.push_back(level_between(topologies[static_cast<std::size_t>(machines[a])], seating, a, b));
}

[[maybe_unused]] Seating simulated_seats(const World& world) {
  Seating seating;
  seating.bound_by = "platform";
  const std::vector<std::string> hosts = simulated_hosts(world);
  const std::vector<int> nodes = numbered(hosts);
  for (std::size_t rank = 0; rank < hosts.size(); ++rank)
    seating.ranks.push_back({.node = nodes[rank], .host = hosts[rank], .cpuset = {}});
  const std::size_t ranks = seating.ranks.size();
  seating.distance.assign(ranks * ranks, static_cast<std::int8_t>(Distance::network));
  for (std::size_t a = 0; a < ranks; ++a)
    for (std::size_t b = 0; b < ranks; ++b)
      if (seating.ranks[a].node == seating.ranks[b].node)
        seating.distance[a * ranks + b] = static_cast<std::int8_t>(a == b ? Distance::self : Distance::unknown);
  return seating;
}

}  // namespace

PlacementPolicy policy_of(const std::string& placement) {
  try {
    return parse_policy(placement);
  } catch (const std::invalid_argument& error) {
    const std::string sentence = error.what();
    throw UsageError(sentence.starts_with("--placement") ? sentence : fmt::format("--placement {}: {}", placement, sentence));
  }
}

Seating take_seats(const World& world, const PlacementPolicy& policy) {
  if constexpr (kSimulated) return simulated_seats(world);
  const Topology topology = Topology::this_machine();
  const auto arrivals = gather(
      world, {{"host", host_name()}, {"node", node_name()}, {"boot", boot_id()}, {"cpuset", current_binding(topology).text()}});
  // A machine is a boot: hosts in namespaces or containers of one machine share its cores.
  const std::vector<int> nodes = numbered(texts_of(arrivals, "node")), machines = numbered(texts_of(arrivals, "boot"));
  const auto seats = gather(world, place_this_rank(topology, arrivals, machines, world.rank(), policy));

  Seating seating;
  std::set<std::string> binders;
  for (std::size_t rank = 0; rank < seats.size(); ++rank) {
    const json& seat = seats[rank];
    if (seat.contains("error")) throw UsageError(seat.at("error").get<std::string>());
    seating.ranks.push_back({.node = nodes[rank],
                             .host = arrivals[rank].at("host"),
                             .package = seat.at("package"),
                             .numa = seat.at("numa"),
                             .core = seat.at("core"),
                             .pu = seat.at("pu"),
                             .cpuset = seat.at("cpuset")});
    seating.oversubscribed |= seat.at("oversubscribed").get<bool>();
    binders.insert(seat.at("bound_by").get<std::string>());
    if (const std::string xml = seat.at("xml"); !xml.empty()) seating.topology_xml.push_back(xml);
    if (const std::string unmet = seat.at("unmet"); !unmet.empty()) seating.remarks.push_back(unmet);
  }
  for (const std::string& binder : binders) seating.bound_by += (seating.bound_by.empty() ? "" : " ") + binder;
  if (world.is_root()) measure_distances(seating, machines);
  return seating;
}

}  // namespace coordbench
