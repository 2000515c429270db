#pragma once
// Every exchange of a schedule, told from its messages and from the clocks that the machines read.

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "kernels/clock_sync_pairs.hpp"
#include "kernels/clock_sync_star.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::clock_sync {

/// Ranks that one probes: 0 … so many - 1. With pairs, the higher ranks tell it their estimates; with a star nobody does.
template <class P>
int probed_by(Rank rank) {
  return std::is_same_v<P, ClockSyncPairs> ? rank : std::min(rank, 1);
}
template <class P>
int tellers_of(const Shape& shape, Rank rank) {
  return std::is_same_v<P, ClockSyncPairs> ? shape.ranks - 1 - rank : 0;
}

/// The exchange of the shortest round trip, by the prober's clock; and how much the other's clock was ahead when it was
/// stamped.
struct Shortest {
  Time round_trip = kNever, ahead = 0;
};

template <class P>
class Exchanges {
 public:
  using Step = coordbench::testing::Step<P>;

  explicit Exchanges(const Schedule& schedule)
      : shape_(schedule.shape),
        probes_(shape_["probes"]),
        begun_(static_cast<std::size_t>(shape_.ranks), -1),
        pairs_(begun_.size() * begun_.size()) {}

  void follow(const Step& step, const auto& world) {
    is_heard_ = false;
    if (step.cause == Cause::begin) begin(step, world);
    if (step.cause == Cause::reborn) forget(step.rank);
    if (step.cause != Cause::deliver) return;
    if (step.from > step.rank)
      stamp(step, world);
    else
      hear(step, world);
  }

  /// Whether the step has brought the answer to the probe that was open.
  [[nodiscard]] bool is_heard() const { return is_heard_; }
  /// The operation that a rank began last; -1: none that it remembers.
  [[nodiscard]] Operation begun(Rank rank) const { return begun_[static_cast<std::size_t>(rank)]; }
  /// The number of the probe that a prober has open; 0 if none is.
  [[nodiscard]] std::int64_t open_probe(Rank prober, Rank other) const {
    const Pair& pair = of(prober, other);
    return pair.operation >= 0 && pair.probe <= probes_ ? pair.probe : 0;
  }
  [[nodiscard]] bool is_complete(Rank rank) const {
    const Operation k = begun(rank);
    if (k < 0) return false;
    for (Rank other = 0; other < probed_by<P>(rank); ++other)
      if (open_probe(rank, other) != 0) return false;
    for (Rank teller = shape_.ranks - tellers_of<P>(shape_, rank); teller < shape_.ranks; ++teller)
      if (of(teller, rank).told_of != k) return false;
    return true;
  }
  /// What a rank bases its estimate of another's clock on, seen from the rank.
  [[nodiscard]] Shortest known(Rank rank, Rank other) const {
    if (other < rank) return of(rank, other).shortest;
    const Shortest& told = of(other, rank).told;
    return {told.round_trip, -told.ahead};
  }

 private:
  struct Pair {
    Operation operation = -1, told_of = -1;
    std::int64_t probe = 0;
    Time asked_at = 0;
    Shortest shortest{}, told{};                               ///< so far; before the last exchange
    std::map<std::tuple<Operation, int, Time>, Time> ahead{};  ///< [operation, probe, stamp]
  };
  Pair& of(Rank prober, Rank other) { return pairs_[static_cast<std::size_t>(prober * shape_.ranks + other)]; }
  [[nodiscard]] const Pair& of(Rank prober, Rank other) const {
    return pairs_[static_cast<std::size_t>(prober * shape_.ranks + other)];
  }

  void begin(const Step& step, const auto& world) {
    begun_[static_cast<std::size_t>(step.rank)] = step.operation;
    for (Rank other = 0; other < probed_by<P>(step.rank); ++other) {
      Pair& pair = of(step.rank, other);
      pair.operation = step.operation, pair.probe = 1, pair.asked_at = world.clock(step.rank);
      pair.shortest = {};
      pair.ahead.clear();
    }
  }
  void forget(Rank rank) {
    begun_[static_cast<std::size_t>(rank)] = -1;
    for (Rank other = 0; other < shape_.ranks; ++other) of(rank, other).operation = of(other, rank).told_of = -1;
  }
  /// At the rank that is probed.
  void stamp(const Step& step, const auto& world) {
    Pair& pair = of(step.from, step.rank);
    const Time now = world.clock(step.rank);
    pair.ahead[{step.message->first, step.message->probe, now}] = now - world.clock(step.from);
    if (step.message->probe == probes_) pair.told_of = std::max<Operation>(pair.told_of, step.message->first);
  }
  /// At the prober.
  void hear(const Step& step, const auto& world) {
    Pair& pair = of(step.rank, step.from);
    is_heard_ = step.message->first == pair.operation && step.message->probe == open_probe(step.rank, step.from);
    if (!is_heard_) return;
    const Time now = world.clock(step.rank), round_trip = now - pair.asked_at;
    if (round_trip < pair.shortest.round_trip) {
      const auto stamped = pair.ahead.find({step.message->first, step.message->probe, step.message->stamp});
      pair.shortest = {round_trip, stamped == pair.ahead.end() ? kNever / 4 : stamped->second};
    }
    if (++pair.probe == probes_) pair.told = pair.shortest;
    pair.asked_at = now;
  }

  Shape shape_;
  std::int64_t probes_;
  std::vector<Operation> begun_;  ///< [rank]
  std::vector<Pair> pairs_;       ///< [prober, other]
  bool is_heard_ = false;
};

}  // namespace coordbench::testing::clock_sync
