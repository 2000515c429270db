#pragma once
// AC4 of atomic commitment (Bernstein, Hadzilacos, Goodman 1987, 7.3).

#include <algorithm>

#include "kernels/commit/commitment.hpp"
#include "tests/safety/common/ledger.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::commitment {

/// For protocols that abort what takes too long. A delay that may make a time-out expire is a failure, and so is a message
/// that overtakes another of its pair, which MPI does not let happen. No time-out expires if it is longer than so many delays.
template <class P, int delays>
struct Nontriviality {
  static constexpr std::string_view sentence = "AC4: without failures and with all votes yes, the decision is to commit";
  explicit Nontriviality(const Schedule& schedule) : may_commit_(may_commit(schedule)), commits_(schedule) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    if (step.rank > 0) return true;
    for (const auto& answer : step.answered)
      if (answer.outcome == commit::committed && std::exchange(commits_(answer.operation, 0), 1) == 0) ++committed_;
    return true;
  }
  bool holds_at_end(const auto& world) const {
    return !may_commit_ || !world.happened().is_nothing() || committed_ == world.proposed();
  }

 private:
  static bool may_commit(const Schedule& schedule) {
    const Time timeout_ns = schedule.shape["timeout_us"] * 1000;
    return schedule.shape["no_votes"] == 0 && (timeout_ns == 0 || delays * schedule.faults.delay_most_ns < timeout_ns);
  }

  bool may_commit_;
  common::Ledger<char> commits_;
  std::int64_t committed_ = 0;  ///< transactions that rank 0 knows to be committed
};

/// For protocols that never abort what takes too long: failures do not change the decision.
template <class P>
struct VotesDecide {
  static constexpr std::string_view sentence = "AC4: with all votes yes, the decision is to commit, whatever fails";
  explicit VotesDecide(const Schedule& schedule) : must_commit_(schedule.shape["no_votes"] == 0) {}

  bool holds(const Step<P>& step, const auto& /*world*/) const {
    return !must_commit_ || std::all_of(step.answered.begin(), step.answered.end(),
                                        [](const auto& answer) { return answer.outcome == commit::committed; });
  }

 private:
  bool must_commit_;
};

}  // namespace coordbench::testing::commitment
