#include "harness/launch/seating.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "harness/machine/host_facts.hpp"
#include "harness/machine/simulator.hpp"
#include "harness/options/usage_error.hpp"
#include "harness/simulated.hpp"

namespace coordbench {
namespace {

using nlohmann::json;

std::vector<json> gather(const World& world, const json& mine) {
  std::vector<json> all;
  for (const std::string& text : world.gather_texts(mine.dump())) all.push_back(json::parse(text));
  return all;
}

/// Ranks that agree in `what` have the same number, in the order of their first one. A node is a host name on a boot; a machine
/// is a boot: hosts in namespaces or containers of one machine share its cores.
std::vector<int> number(const std::vector<json>& arrivals, const std::vector<const char*>& what) {
  std::vector<json> known;
  std::vector<int> numbers;
  for (const json& arrival : arrivals) {
    json identity;
    for (const char* name : what) identity.push_back(arrival.at(name));
    auto found = std::find(known.begin(), known.end(), identity);
    if (found == known.end()) found = known.insert(known.end(), identity);
    numbers.push_back(static_cast<int>(found - known.begin()));
  }
  return numbers;
}

/// Goes to this rank's place; what it came to, as the others will read it.
json sit_down(const Topology& topology, const Placement& placement, std::size_t local_rank) {
  if (placement.bound_by != BoundBy::launcher) bind_this_process(topology, placement.targets[local_rank]);
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
          {"unmet", local_rank == 0 ? placement.unmet : ""},
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

/// Simulated ranks sit where the platform put them, and share one memory: rank 0 alone hears of everybody.
std::vector<std::string> simulated_hosts(const World& world) {
  std::vector<char> mine(MPI_MAX_PROCESSOR_NAME, '\0');
  simulator::host_name().copy(mine.data(), mine.size() - 1);
  const int length = static_cast<int>(mine.size());
  std::vector<char> all(world.is_root() ? mine.size() * static_cast<std::size_t>(world.size()) : 0);
  MPI_Gather(mine.data(), length, MPI_CHAR, all.data(), length, MPI_CHAR, 0, world.all());
  std::vector<std::string> hosts;
  for (std::size_t at = 0; at < all.size(); at += mine.size()) hosts.emplace_back(&all[at]);
  return hosts;
}

Seating simulated_seats(const World& world) {
  Seating seating;
  seating.bound_by = "platform";
  std::map<std::string, int> nodes;
  for (const std::string& host : simulated_hosts(world)) {
    const int node = nodes.try_emplace(host, static_cast<int>(nodes.size())).first->second;
    seating.ranks.push_back({.node = node, .host = host, .cpuset = {}});
  }
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
  const auto arrivals =
      gather(world, {{"host", host_name()}, {"boot", boot_id()}, {"cpuset", current_binding(topology).text()}});
  const std::vector<int> nodes = number(arrivals, {"host", "boot"}), machines = number(arrivals, {"boot"});
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
