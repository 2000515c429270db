#pragma once
// AC1 of atomic commitment (Bernstein, Hadzilacos, Goodman 1987, 7.3).

#include "kernels/two_phase_commit.hpp"
#include "tests/safety/common/agreement.hpp"

namespace coordbench::testing::two_phase_commit {

struct Agreement : common::Agreement<TwoPhaseCommit> {
  using common::Agreement<TwoPhaseCommit>::Agreement;
  static constexpr std::string_view sentence = "AC1: all processes that reach a decision reach the same one";
};

}  // namespace coordbench::testing::two_phase_commit
