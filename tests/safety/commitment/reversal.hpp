#pragma once
// AC2 of atomic commitment (Bernstein, Hadzilacos, Goodman 1987, 7.3).

#include "kernels/commit/commitment.hpp"
#include "tests/safety/common/ledger.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::commitment {

template <class P>
struct NoReversal {
  static constexpr std::string_view sentence = "AC2: a process cannot reverse its decision after it has reached one";
  explicit NoReversal(const Schedule& schedule) : decided_(schedule) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    for (const auto& answer : step.answered) {
      std::int64_t& decision = decided_(answer.operation, step.rank);
      if (decision != commit::undecided && decision != answer.outcome) return false;
      decision = answer.outcome;
    }
    return true;
  }

 private:
  common::Ledger<std::int64_t> decided_;
};

}  // namespace coordbench::testing::commitment
