#include "harness/world/reaches.hpp"

#include <mpi.h>

#include <algorithm>

#include "harness/machine/simulator.hpp"

namespace coordbench {
namespace {

std::vector<Site> sites_of(const Seating& seating) {
  std::vector<Site> sites;
  for (const LaunchRecord::RankRow& rank : seating.ranks) {
    Site& site = sites.emplace_back();
    if constexpr (kSimulated) site = {simulator::property_of(rank.host, "region"), simulator::property_of(rank.host, "zone")};
  }
  return sites;
}

/// [rank, peer]
std::vector<Reach> matrix(const Seating& seating) {
  const std::vector<Site> sites = sites_of(seating);
  std::vector<Reach> reaches;
  reaches.reserve(seating.distance.size());
  for (std::size_t a = 0; a < sites.size(); ++a)
    for (std::size_t b = 0; b < sites.size(); ++b) {
      const auto distance = static_cast<Distance>(seating.distance[a * sites.size() + b]);
      reaches.push_back(distance == Distance::network ? reach_between(sites[a], sites[b]) : reach_of(distance));
    }
  return reaches;
}

}  // namespace

Reach reach_between(const Site& a, const Site& b) {
  if (a.region != b.region) return Reach::world;
  return a.zone == b.zone ? Reach::zone : Reach::region;
}

Reach reach_of(Distance distance) {
  if (distance <= Distance::l3) return Reach::cache;
  return distance == Distance::network ? Reach::zone : Reach::node;
}

std::vector<Reach> reaches_of(const World& world, const Seating& seating, const Nodes& nodes) {
  const std::vector<Reach> all = world.is_root() ? matrix(seating) : std::vector<Reach>();
  std::vector<Reach> mine(static_cast<std::size_t>(world.size()));
  MPI_Scatter(all.data(), world.size(), MPI_BYTE, mine.data(), world.size(), MPI_BYTE, 0, world.all());
  const Neighbours neighbours = nodes.neighbours();
  for (Rank rank = 0; rank < world.size(); ++rank) {
    Reach& reach = mine[static_cast<std::size_t>(rank)];
    reach = neighbours.are_apart_from(rank) ? std::max(reach, Reach::zone) : std::min(reach, Reach::node);
  }
  return mine;
}

}  // namespace coordbench
