#pragma once
// Whose clock is whose: same boot or not, measured bounds on each rank's offset, and the round trip of every pair.

#include <algorithm>
#include <string>
#include <vector>

#include "harness/machine/clock_fit.hpp"
#include "harness/world/world.hpp"

namespace coordbench {

struct Clocks {
  ClockModel mine;                      ///< this rank's clock against rank 0's; the same clock on rank 0's boot
  std::vector<bool> same_boot;          ///< [rank]: shares rank 0's clock
  std::vector<ClockModel> models;       ///< [rank], rank 0 only. On rank 0's boot the error is how well that could be checked
  std::vector<double> ping_ns;          ///< [rank, peer]: median round trip, rank 0 only; NaN on the diagonal
  std::vector<double> worst_ns;         ///< [rank], rank 0 only: the largest error that was stated for it so far
  Time known_at = 0;                    ///< when, by this rank's clock
  std::vector<OffsetInterval> learned;  ///< what `mine` was fitted to
  std::string check;                    ///< rank 0 only: "ok", or what was wrong

  [[nodiscard]] bool agree() const { return std::find(same_boot.begin(), same_boot.end(), false) == same_boot.end(); }
  /// Rank 0: whether some bound will by then be twice as wide as when it was measured. Bounds widen because drifts are not
  /// known exactly.
  [[nodiscard]] bool are_vague_at(Time now) const {
    for (std::size_t rank = 0; rank < models.size(); ++rank)
      if (error_of(rank, now) > 2 * models[rank].error_ns) return true;
    return false;
  }
  /// Rank 0: the largest error of a stamp of `rank` at the instant `now` of rank 0's clock, ns; 0 on rank 0's boot.
  [[nodiscard]] double error_of(std::size_t rank, Time now) const {
    return same_boot[rank] ? 0 : models[rank].error_at(models[rank].to_local(now));
  }
};

/// Collective over the world, at start-up. Every pair exchanges, in rounds of disjoint pairs, which also makes the library set
/// up its connections before the first case. Boots that are not rank 0's learn its clock by HCA3, one rank of each, and the
/// model is handed on within the boot. Throws std::domain_error if a clock does not run evenly.
Clocks synchronise_clocks(const World& world);

/// Collective over the world, where clocks do not agree: they are compared again. If the old and the new model disagree by more
/// than both bounds, `check` says so. From now on the new models are in force.
void compare_clocks(const World& world, Clocks& clocks);

/// The pairs of round `round` of a round-robin tournament of `players`: rank's partner, or -1 for a rest. Rounds: players - 1,
/// or players if odd. Each pair meets exactly once.
Rank partner(Rank rank, int round, int players);

}  // namespace coordbench
