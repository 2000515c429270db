#pragma once
// The state once everything has healed.

#include "kernels/chain_replication.hpp"
#include "tests/safety/common/rest.hpp"

namespace coordbench::testing::chain_replication {

struct Convergence {
  static constexpr std::string_view sentence =
      "Convergence: once failures are repaired, or if nothing was lost, all servers that take part have the same newest write, "
      "and know that the tail has it";
  explicit Convergence(const Schedule& schedule) : sends_again_(schedule.shape["timeout_us"] > 0) {}

  bool holds_at_end(const auto& world) const {
    if (!sends_again_ && !common::has_lost_nothing(world.happened())) return true;
    const chain::History* first = nullptr;
    for (Rank rank = 0; rank < world.shape().ranks; ++rank) {
      if (world.configuration().is_down(rank)) continue;
      const chain::History& history = world.machine(rank).history();
      if (!first) first = &history;
      const std::uint32_t newest = first->newest();
      if (history.newest() != newest || !history.is_clean()) return false;
      if (history[newest].operation != (*first)[newest].operation) return false;
    }
    return true;
  }

 private:
  bool sends_again_;
};

}  // namespace coordbench::testing::chain_replication
