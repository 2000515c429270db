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

struct Termination {
  static constexpr std::string_view sentence =
      "Termination: once failures are repaired, every operation ends whose proposer takes part, and nobody sends again";
  explicit Termination(const Schedule& schedule) : operations_(schedule.operations) {}

  bool holds_at_end(const auto& world) const {
    for (Operation k = 0; k < operations_; ++k) {
      const Rank proposer = proposer_of<PrimaryBackup>(world.shape(), k);
      if (world.was_proposed(k) && !world.has_ended(k) && !world.configuration().is_down(proposer)) return false;
    }
    for (Rank rank = 0; rank < world.size(); ++rank)
      if (world.is_up(rank) && world.machine(rank).deadline() != kNever) return false;
    return true;
  }

 private:
  std::int64_t operations_;
};

}  // namespace coordbench::testing::primary_backup
