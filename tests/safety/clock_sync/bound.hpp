#pragma once
// How wrong an offset may be.

#include <cmath>

#include "tests/safety/clock_sync/exchanges.hpp"

namespace coordbench::testing::clock_sync {

/// Each estimate is held against the true difference of the two clocks at the instant at which the exchange was stamped: so
/// drift takes nothing away from the bound. One tick more, for halves and for stamps that are whole.
template <class P>
struct Bound {
  static constexpr std::string_view sentence =
      "Bound: an offset is right but for half the shortest round trip; as an average, but for the average of these";
  explicit Bound(const Schedule& schedule) : shape_(schedule.shape), exchanges_(schedule) {}

  bool holds(const Step<P>& step, const auto& world) {
    exchanges_.follow(step, world);
    return std::all_of(step.answered.begin(), step.answered.end(), [&](const auto& answer) {
      return answer.is_accepted && is_within(step.rank, static_cast<double>(answer.outcome));
    });
  }

 private:
  [[nodiscard]] bool is_within(Rank rank, double offset) const {
    double ahead = 0, half_round_trips = 0;
    const auto add = [&](Rank other) {
      const Shortest known = exchanges_.known(rank, other);
      ahead += static_cast<double>(known.ahead);
      half_round_trips += static_cast<double>(known.round_trip) / 2 + 1;
    };
    for (Rank other = 0; other < probed_by<P>(rank); ++other) add(other);
    for (Rank other = shape_.ranks - tellers_of<P>(shape_, rank); other < shape_.ranks; ++other) add(other);
    const double clocks = std::is_same_v<P, ClockSyncPairs> ? shape_.ranks : 1;
    return std::abs(offset - ahead / clocks) <= half_round_trips / clocks + (clocks > 1 ? 1 : 0);
  }

  Shape shape_;
  Exchanges<P> exchanges_;
};

}  // namespace coordbench::testing::clock_sync
