#pragma once
// What is decided is what was asked.

#include <algorithm>

#include "kernels/two_phase_commit.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing {

struct CommitIntegrity {
  static constexpr std::string_view sentence = "Integrity: what a process decides on is the payload that was proposed";
  explicit CommitIntegrity(const Schedule& /*schedule*/) {}

  bool holds(const Step<TwoPhaseCommit>& step, const auto& /*world*/) const {
    return std::all_of(step.answered.begin(), step.answered.end(), [](const auto& answer) { return answer.payload_is_right; });
  }
};

}  // namespace coordbench::testing
