#include "harness/clocks/clocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "harness/clocks/hca3.hpp"
#include "harness/machine/clock.hpp"
#include "harness/machine/host_facts.hpp"
#include "harness/simulated.hpp"

namespace coordbench {
namespace {

constexpr int kExchanges = 64;
constexpr Time kFirstSpan = 1'000'000'000;  ///< a shorter span does not give the drift to a part in 100,000
constexpr int kClockTag = 17;

/// One pair: the lower rank stamps before and after, the higher one between.
double exchange_as_lower(MPI_Comm communicator, Rank peer, OffsetInterval& bounds) {
  std::array<double, kExchanges> round_trips{};
  for (double& round_trip : round_trips) {
    Time between = 0;
    const Time before = now_ns();
    MPI_Send(nullptr, 0, MPI_BYTE, peer, kClockTag, communicator);
    MPI_Recv(&between, sizeof between, MPI_BYTE, peer, kClockTag, communicator, MPI_STATUS_IGNORE);
    const Time after = now_ns();
    bounds.tighten(before, between, after);
    round_trip = static_cast<double>(after - before);
  }
  std::nth_element(round_trips.begin(), round_trips.begin() + kExchanges / 2, round_trips.end());
  return round_trips[kExchanges / 2];
}

void exchange_as_higher(MPI_Comm communicator, Rank peer) {
  for (int i = 0; i < kExchanges; ++i) {
    MPI_Recv(nullptr, 0, MPI_BYTE, peer, kClockTag, communicator, MPI_STATUS_IGNORE);
    const Time between = now_ns();
    MPI_Send(&between, sizeof between, MPI_BYTE, peer, kClockTag, communicator);
  }
}

/// This rank's row of round trips to higher ranks; on rank 0 also the bounds of everybody's offset.
std::vector<double> meet_everyone(const World& world, std::vector<OffsetInterval>& bounds) {
  std::vector<double> row(static_cast<std::size_t>(world.size()), std::numeric_limits<double>::quiet_NaN());
  const int rounds = world.size() + world.size() % 2 - 1;
  for (int round = 0; round < rounds; ++round) {
    const Rank peer = partner(world.rank(), round, world.size());
    if (peer < 0) continue;
    OffsetInterval measured;
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

/// Numbers the texts in the order in which they first appear; equal texts get equal numbers.
std::vector<int> numbers_of(const std::vector<std::string>& texts) {
  std::vector<int> numbers;
  for (const std::string& text : texts)
    numbers.push_back(static_cast<int>(std::find(texts.begin(), texts.end(), text) - texts.begin()));
  return numbers;
}

/// One rank of each boot learns rank 0's clock and tells the other ranks of its boot.
ClockModel learn_global_clock(const World& world, const std::vector<int>& boots, std::vector<OffsetInterval>& learned) {
  MPI_Comm boot = MPI_COMM_NULL, leaders = MPI_COMM_NULL;
  MPI_Comm_split(world.all(), boots[static_cast<std::size_t>(world.rank())], world.rank(), &boot);
  int place = 0;
  MPI_Comm_rank(boot, &place);
  MPI_Comm_split(world.all(), place == 0 ? 0 : MPI_UNDEFINED, world.rank(), &leaders);
  ClockModel model;
  if (place == 0) {
    model = hca3(leaders, now_ns, {}, learned);
    MPI_Comm_free(&leaders);
  }
  MPI_Bcast(&model, sizeof model, MPI_BYTE, 0, boot);
  MPI_Comm_free(&boot);
  return model;
}

void gather_models(const World& world, Clocks& clocks) {
  constexpr int kBytes = sizeof(ClockModel);
  clocks.models.resize(world.is_root() ? static_cast<std::size_t>(world.size()) : 0);
  MPI_Gather(&clocks.mine, kBytes, MPI_BYTE, clocks.models.data(), kBytes, MPI_BYTE, 0, world.all());
  clocks.known_at = now_ns();
}

/// Checks the models against rank 0's own exchanges with every rank.
void check_models(Clocks& clocks, const std::vector<OffsetInterval>& measured) {
  clocks.check = "ok";
  for (std::size_t rank = 1; rank < measured.size(); ++rank) {
    const OffsetInterval& interval = measured[rank];
    ClockModel& model = clocks.models[rank];
    if (clocks.same_boot[rank]) model.error_ns = interval.half_width_ns();
    const auto believed_ns = [&](Time at) { return static_cast<double>(at - model.to_global(at)); };
    const auto error_ns = [&](Time at) { return clocks.same_boot[rank] ? 0 : model.error_at(at); };
    if (believed_ns(interval.low_at) + error_ns(interval.low_at) < interval.low_ns ||
        believed_ns(interval.high_at) - error_ns(interval.high_at) > interval.high_ns)
      clocks.check = fmt::format("the clock of rank {} is believed to be {:.0f} ns ahead, but that lies in [{:.0f}, {:.0f}] ns",
                                 rank, believed_ns(interval.high_at), interval.low_ns, interval.high_ns);
  }
}

/// Simulated ranks have one clock and share one memory, so rank 0 alone has rows. Round trips are not measured: a million
/// pairs would take too long.
[[maybe_unused]] Clocks simulated_clocks(const World& world) {
  const std::size_t rows = world.is_root() ? static_cast<std::size_t>(world.size()) : 0;
  Clocks clocks;
  clocks.same_boot.assign(rows, true);
  clocks.models.resize(rows);
  clocks.worst_ns.assign(rows, 0);
  clocks.ping_ns.assign(rows * rows, std::numeric_limits<double>::quiet_NaN());
  clocks.check = "ok";
  return clocks;
}

}  // namespace

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
  if constexpr (kSimulated) return simulated_clocks(world);
  const auto ranks = static_cast<std::size_t>(world.size());
  Clocks clocks;
  const std::vector<int> boots = numbers_of(world.gather_texts(boot_id() + " " + time_namespace()));
  for (const int boot : boots) clocks.same_boot.push_back(boot == boots[0]);
  if (!clocks.agree()) {
    learn_global_clock(world, boots, clocks.learned);
    detail::pause(kFirstSpan);
    clocks.mine = learn_global_clock(world, boots, clocks.learned);
  }
  std::vector<OffsetInterval> measured(ranks);
  const std::vector<double> row = meet_everyone(world, measured);
  std::vector<double> matrix(world.is_root() ? ranks * ranks : 0);
  MPI_Gather(row.data(), world.size(), MPI_DOUBLE, matrix.data(), world.size(), MPI_DOUBLE, 0, world.all());
  gather_models(world, clocks);
  if (world.is_root()) {
    clocks.ping_ns = symmetric(std::move(matrix), ranks);
    check_models(clocks, measured);
    for (const ClockModel& model : clocks.models) clocks.worst_ns.push_back(model.error_ns);
  }
  return clocks;
}

void compare_clocks(const World& world, Clocks& clocks) {
  const std::vector<ClockModel> before = clocks.models;
  const std::vector<int> boots = numbers_of(world.gather_texts(boot_id() + " " + time_namespace()));
  clocks.mine = learn_global_clock(world, boots, clocks.learned);
  gather_models(world, clocks);
  for (std::size_t rank = 0; rank < before.size(); ++rank) {
    if (clocks.same_boot[rank]) {
      clocks.models[rank] = before[rank];
      continue;
    }
    const ClockModel& now = clocks.models[rank];
    clocks.worst_ns[rank] = std::max(clocks.worst_ns[rank], before[rank].error_at(now.reference));
    const double moved_ns = std::abs(static_cast<double>(before[rank].to_global(now.reference) - now.to_global(now.reference)));
    if (moved_ns > before[rank].error_at(now.reference) + now.error_ns)
      clocks.check =
          fmt::format("the clock of rank {} was {:.0f} ns off when it was compared again, and {:.0f} had been stated", rank,
                      moved_ns, before[rank].error_at(now.reference));
  }
}

}  // namespace coordbench
