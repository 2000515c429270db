#pragma once
// From exchanges of time stamps to a model of a clock, and to a bound that holds as long as both clocks run evenly.

#include <span>
#include <vector>

#include "harness/machine/clock_model.hpp"

namespace coordbench {

/// A child's clock minus the global one: between what the fastest ways there and back leave possible, as in SKaMPI (Worsch,
/// Reussner, Augustin, EuroPVM/MPI 2002). Each limit is of an instant of its own, for a clock that is 200 ppm fast moves by a
/// microsecond while somebody else has the core for five milliseconds.
struct OffsetInterval {
  Time low_at = 0, high_at = 0;  ///< by the child's clock
  double low_ns = -1e18, high_ns = 1e18;

  /// One exchange: the parent stamps before and after by the global clock, the child between by its own.
  void tighten(Time before, Time between, Time after);
  /// Where the parent stamped with a clock that may have been off by so much.
  void widen(double by_ns) { low_ns -= by_ns, high_ns += by_ns; }
  /// Of clocks that do not drift.
  [[nodiscard]] double half_width_ns() const { return (high_ns - low_ns) / 2; }
};

/// The lines offset(at) that pass between all limits form a polygon; the model is the line through the middle of it at the
/// first and at the last instant, and its error the distance to the farthest line. Nothing is assumed of how long messages
/// take. Throws std::domain_error if no line passes between all limits, or there are fewer than two. Source of the polygon:
/// Duda, Harrus, Haddad, Bernard, "Estimating Global Time in Distributed Systems", ICDCS'87.
ClockModel fit_clock(std::span<const OffsetInterval> intervals);

/// The same with what was measured up to half a minute before, to which `latest` is added: a drift is known the better the
/// longer ago it was first seen. Only of `latest` if the clocks did not run evenly all that time.
ClockModel fit_clock(std::span<const OffsetInterval> latest, std::vector<OffsetInterval>& earlier);

}  // namespace coordbench
