#pragma once
// Whose clock is whose: same boot or not, measured bounds on each rank's offset, and the round trip of every pair.

#include <string>
#include <vector>

#include "harness/launch/world.hpp"

namespace coordbench {

/// A rank's clock minus rank 0's lies in [low, high], from exchanges in which rank 0 stamped before and after, the rank between
/// (SKaMPI's bound: Worsch, Reussner, Augustin, EuroPVM/MPI 2002).
struct OffsetBounds {
  double low_ns = -1e18, high_ns = 1e18;
  void tighten(Time before, Time between, Time after);
  [[nodiscard]] double middle_ns() const { return (low_ns + high_ns) / 2; }
  [[nodiscard]] double half_width_ns() const { return (high_ns - low_ns) / 2; }
  [[nodiscard]] bool contain_zero() const { return low_ns <= 0 && 0 <= high_ns; }
};

struct Clocks {
  Time my_offset_ns = 0;          ///< this rank's clock minus rank 0's; 0 on rank 0's boot
  std::vector<bool> same_boot;    ///< [rank]: shares rank 0's clock
  std::vector<double> offset_ns;  ///< [rank]
  std::vector<double> error_ns;   ///< [rank]: half width of the measured bounds
  std::vector<double> ping_ns;    ///< [rank, peer]: median round trip, rank 0 only; NaN on the diagonal
  std::string check;              ///< "ok", or what was wrong
};

/// Collective over the world, at start-up. Every pair exchanges, in rounds of disjoint pairs, which also makes the library set
/// up its connections before the first case.
Clocks synchronise_clocks(const World& world);

/// The pairs of round `round` of a round-robin tournament of `players`: rank's partner, or -1 for a rest. Rounds: players - 1,
/// or players if odd. Each pair meets exactly once.
Rank partner(Rank rank, int round, int players);

}  // namespace coordbench
