#pragma once
// Yin et al., PODC 2019, theorem 4: once messages come in time, a decision is reached.

#include "tests/safety/common/termination.hpp"
#include "tests/safety/hotstuff/servers.hpp"

namespace coordbench::testing::hotstuff {

/// From more than the f servers that may be, so that it cannot go on.
inline bool is_cut_off(const Faults& faults, Rank rank, int ranks) {
  int cut = 0;
  for (Rank other = 0; other < ranks; ++other)
    cut += faults.is_cut_for_ever(rank, other) || faults.is_cut_for_ever(other, rank) ? 1 : 0;
  return cut > (ranks - 1) / 3;
}

/// Nothing is claimed of a server with a link that never heals, but that the others do not wait for it.
struct Liveness : common::Termination {
  static constexpr std::string_view sentence =
      "Liveness: once what heals has healed, every operation is answered and every correct server executes it";
  explicit Liveness(const Schedule& schedule) : Termination(schedule), faults_(schedule.faults) {}

  bool holds_at_end(const auto& world) const {
    if (!Termination::holds_at_end(world)) return false;
    for (Rank rank = 0; rank < world.shape().ranks; ++rank)
      if (world.is_correct(rank) && !is_cut_off(faults_, rank, world.shape().ranks) &&
          world.machine(rank).core().ledger.state().count() != world.proposed())
        return false;
    return true;
  }

 private:
  Faults faults_;
};

}  // namespace coordbench::testing::hotstuff
