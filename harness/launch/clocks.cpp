#include "harness/launch/clocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "harness/machine/clock.hpp"
#include "harness/machine/host_facts.hpp"

namespace coordbench {
namespace {

constexpr int kExchanges = 64;
constexpr int kTag = 17;

/// One pair: the lower rank stamps before and after, the higher one between.
double exchange_as_lower(MPI_Comm communicator, Rank peer, OffsetBounds& bounds) {
  std::array<double, kExchanges> round_trips{};
  for (double& round_trip : round_trips) {
    Time between = 0;
    const Time before = now_ns();
    MPI_Send(nullptr, 0, MPI_BYTE, peer, kTag, communicator);
    MPI_Recv(&between, sizeof between, MPI_BYTE, peer, kTag, communicator, MPI_STATUS_IGNORE);
    const Time after = now_ns();
    bounds.tighten(before, between, after);
    round_trip = static_cast<double>(after - before);
  }
  std::nth_element(round_trips.begin(), round_trips.begin() + kExchanges / 2, round_trips.end());
  return round_trips[kExchanges / 2];
}

void exchange_as_higher(MPI_Comm communicator, Rank peer) {
  for (int i = 0; i < kExchanges; ++i) {
    MPI_Recv(nullptr, 0, MPI_BYTE, peer, kTag, communicator, MPI_STATUS_IGNORE);
    const Time between = now_ns();
    MPI_Send(&between, sizeof between, MPI_BYTE, peer, kTag, communicator);
  }
}

/// This rank's row of round trips to higher ranks; on rank 0 also the bounds of everybody's offset.
std::vector<double> meet_everyone(const World& world, std::vector<OffsetBounds>& bounds) {
  std::vector<double> row(static_cast<std::size_t>(world.size()), std::numeric_limits<double>::quiet_NaN());
  const int rounds = world.size() + world.size() % 2 - 1;
  for (int round = 0; round < rounds; ++round) {
    const Rank peer = partner(world.rank(), round, world.size());
    if (peer < 0) continue;
    OffsetBounds measured;
    if (peer > world.rank())
      row[static_cast<std::size_t>(peer)] = exchange_as_lower(world.control(), peer, measured);
    else
      exchange_as_higher(world.control(), peer);
    if (world.is_root()) bounds[static_cast<std::size_t>(peer)] = measured;
  }
  return row;
}

std::vector<double> symmetric(std::vector<double> matrix, std::size_t ranks) {
  for (std::size_t a = 0; a < ranks; ++a)
    for (std::size_t b = a + 1; b < ranks; ++b) matrix[b * ranks + a] = matrix[a * ranks + b];
  return matrix;
}

void take_bounds(Clocks& clocks, const std::vector<OffsetBounds>& bounds) {
  clocks.check = "ok";
  for (std::size_t rank = 0; rank < bounds.size(); ++rank) {
    clocks.error_ns[rank] = rank == 0 ? 0 : bounds[rank].half_width_ns();
    if (clocks.same_boot[rank] && (rank == 0 || bounds[rank].contain_zero())) continue;
    clocks.offset_ns[rank] = bounds[rank].middle_ns();
    if (clocks.same_boot[rank])
      clocks.check = fmt::format("rank {} shares rank 0's boot, yet its offset lies in [{:.0f}, {:.0f}] ns", rank,
                                 bounds[rank].low_ns, bounds[rank].high_ns);
  }
}

}  // namespace

void OffsetBounds::tighten(Time before, Time between, Time after) {
  low_ns = std::max(low_ns, static_cast<double>(between - after));
  high_ns = std::min(high_ns, static_cast<double>(between - before));
}

Rank partner(Rank rank, int round, int players) {
  const int seats = players + players % 2;  // the circle method: the last seat stays, the others move round it
  const int moving = seats - 1;
  if (moving <= 0) return -1;
  const int meets_last = round * (moving + 1) / 2 % moving;  // the seat that would meet itself
  const int other = rank == seats - 1    ? meets_last
                    : rank == meets_last ? seats - 1
                                         : ((round - rank) % moving + moving) % moving;
  return other < players ? other : -1;
}

Clocks synchronise_clocks(const World& world) {
  const auto ranks = static_cast<std::size_t>(world.size());
  Clocks clocks;
  const auto identities = world.gather_texts(boot_id() + " " + time_namespace());
  for (const auto& identity : identities) clocks.same_boot.push_back(identity == identities[0]);
  clocks.offset_ns.assign(ranks, 0);
  clocks.error_ns.assign(ranks, 0);
  std::vector<OffsetBounds> bounds(ranks);
  const std::vector<double> row = meet_everyone(world, bounds);
  std::vector<double> matrix(world.is_root() ? ranks * ranks : 0);
  MPI_Gather(row.data(), world.size(), MPI_DOUBLE, matrix.data(), world.size(), MPI_DOUBLE, 0, world.all());
  if (world.is_root()) {
    clocks.ping_ns = symmetric(std::move(matrix), ranks);
    take_bounds(clocks, bounds);
  }
  MPI_Bcast(clocks.offset_ns.data(), world.size(), MPI_DOUBLE, 0, world.all());
  clocks.my_offset_ns = static_cast<Time>(clocks.offset_ns[static_cast<std::size_t>(world.rank())]);
  return clocks;
}

}  // namespace coordbench
