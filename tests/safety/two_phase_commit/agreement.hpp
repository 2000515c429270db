#pragma once
// AC1 of atomic commitment (Bernstein, Hadzilacos, Goodman 1987, 7.3).

#include "kernels/two_phase_commit.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing {

struct CommitAgreement {
  static constexpr std::string_view sentence = "AC1: all processes that reach a decision reach the same one";
  explicit CommitAgreement(const Schedule& schedule)
      : decided_(static_cast<std::size_t>(schedule.operations), TwoPhaseCommit::undecided) {}

  bool holds(const Step<TwoPhaseCommit>& step, const auto& /*world*/) {
    for (const auto& answer : step.answered) {
      std::int64_t& decision = decided_[static_cast<std::size_t>(answer.operation)];
      if (decision != TwoPhaseCommit::undecided && decision != answer.outcome) return false;
      decision = answer.outcome;
    }
    return true;
  }

 private:
  std::vector<std::int64_t> decided_;  ///< [operation]: what the first to decide decided
};

}  // namespace coordbench::testing
