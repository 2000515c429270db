#pragma once
// AC4 of atomic commitment (Bernstein, Hadzilacos, Goodman 1987, 7.3). A delay that may make a time-out fire is a failure, and
// so is a message that overtakes another of its pair, which MPI does not let happen.

#include <algorithm>

#include "kernels/two_phase_commit.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::two_phase_commit {

struct Nontriviality {
  static constexpr std::string_view sentence = "AC4: without failures and with all votes yes, the decision is to commit";
  explicit Nontriviality(const Schedule& schedule) : may_commit_(may_commit(schedule)) {}

  bool holds(const Step<TwoPhaseCommit>& step, const auto& /*world*/) {
    for (const auto& answer : step.answered)
      if (step.rank == 0 && answer.outcome == commit::committed) ++committed_;
    return true;
  }
  bool holds_at_end(const auto& world) const {
    return !may_commit_ || !world.happened().is_nothing() || committed_ == world.proposed();
  }

 private:
  static bool may_commit(const Schedule& schedule) {
    const Time timeout_ns = schedule.shape["timeout_us"] * 1000;
    return schedule.shape["no_votes"] == 0 && (timeout_ns == 0 || 4 * schedule.faults.delay_most_ns < timeout_ns);
  }

  bool may_commit_;
  std::int64_t committed_ = 0;
};

}  // namespace coordbench::testing::two_phase_commit
