#pragma once
// Ongaro, Ousterhout 2014, 5: a majority that can talk makes progress.

#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing {

struct RaftLiveness {
  static constexpr std::string_view sentence =
      "Liveness: once everything has healed, every operation is answered and every server applies it";
  explicit RaftLiveness(const Schedule& schedule) : operations_(schedule.operations) {}

  bool holds_at_end(const auto& world) const {
    if (world.proposed() < operations_) return false;
    for (Operation k = 0; k < operations_; ++k)
      if (!world.has_ended(k)) return false;
    for (Rank rank = 0; rank < world.shape().ranks; ++rank)
      if (world.machine(rank).core().state.count() != operations_) return false;
    return true;
  }

 private:
  Operation operations_;
};

}  // namespace coordbench::testing
