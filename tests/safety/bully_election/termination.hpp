#pragma once
// What an election is for. An operation begins at the ranks that are up: one that began at no rank is known to none.

#include "kernels/bully_election.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::bully_election {

struct Termination {
  static constexpr std::string_view sentence =
      "Termination: once all failures are repaired, every election that began at a rank ends, and the highest rank leads";
  explicit Termination(const Schedule& schedule) : operations_(schedule.operations) {}

  bool holds(const auto& step, const auto& /*world*/) {
    if (step.cause == Cause::begin) begun_ = std::max(begun_, step.operation);
    return true;
  }
  bool holds_at_end(const auto& world) const {
    const bool is_known = world.proposed() > 0 && begun_ == world.proposed() - 1;
    for (Operation k = 0; k <= begun_; ++k)
      if (!world.has_ended(k)) return false;
    if (is_known && world.proposed() < operations_) return false;
    for (Rank rank = 0; rank < world.shape().ranks && begun_ >= 0; ++rank)
      if (world.machine(rank).operation() != begun_ || world.machine(rank).coordinator() != world.shape().ranks - 1)
        return false;
    return true;
  }

 private:
  std::int64_t operations_;
  Operation begun_ = -1;  ///< the newest that began at a rank
};

}  // namespace coordbench::testing::bully_election
