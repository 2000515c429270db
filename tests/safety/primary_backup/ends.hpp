#pragma once
// The state once everything has healed.

#include "kernels/primary_backup.hpp"
#include "tests/safety/common/rest.hpp"
#include "tests/safety/schedule.hpp"

namespace coordbench::testing::primary_backup {

struct Convergence {
  static constexpr std::string_view sentence =
      "Convergence: once failures are repaired, or if nothing was lost, all replicas that take part hold one value";
  explicit Convergence(const Schedule& schedule) : sends_again_(schedule.shape["timeout_us"] > 0) {}

  bool holds_at_end(const auto& world) const {
    if (!sends_again_ && !common::has_lost_nothing(world.happened())) return true;
    const PrimaryBackup* first = nullptr;
    for (Rank rank = 0; rank < world.shape().ranks; ++rank) {
      const PrimaryBackup& machine = world.machine(rank);
      if (world.configuration().is_down(rank)) continue;
      if (!first) first = &machine;
      if (machine.writer() != first->writer() || machine.sequence() != first->sequence()) return false;
    }
    return true;
  }

 private:
  bool sends_again_;
};

}  // namespace coordbench::testing::primary_backup
