#pragma once
// A protocol with one traitor more than it bears, judged by one invariant: what then goes wrong is found, or the traitors of
// its soak prove nothing.

#include <tuple>

#include "tests/safety/draw_traitors.hpp"
#include "tests/safety/soak.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing {

/// Traitors of the kinds given, or of all. Nobody is cut off for ever besides.
template <class Safety, class Invariant, Treason... kKinds>
struct OneTooMany : Safety {
  using Invariants = std::tuple<Invariant>;

  static int traitors_most(const Shape& shape) { return Safety::traitors_most(shape) + 1; }
  static void draw(Schedule& schedule, Random& random) {
    Safety::draw(schedule, random);
    schedule.faults.for_ever = {};
    const int most = traitors_most(schedule.shape);
    if constexpr (sizeof...(kKinds) > 0)
      draw_traitors(schedule, random, most, std::array{kKinds...});
    else
      draw_traitors(schedule, random, most);
  }
};

/// Whether so many schedules break the invariant.
template <class Judged>
bool is_broken(std::int64_t schedules) {
  return soak(make_subject<Judged>("one_too_many"), 1, static_cast<std::uint64_t>(schedules), 2).failing_seed.has_value();
}

}  // namespace coordbench::testing
