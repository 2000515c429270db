#pragma once
// AC3 of atomic commitment (Bernstein, Hadzilacos, Goodman 1987, 7.3). A participant that only reads has nothing against it.

#include "kernels/two_phase_commit.hpp"
#include "tests/safety/common/ledger.hpp"

namespace coordbench::testing::two_phase_commit {

struct Unanimity {
  static constexpr std::string_view sentence = "AC3: the commit decision can only be reached if all processes voted yes";
  explicit Unanimity(const Schedule& schedule)
      : agrees_(schedule), missing_(static_cast<std::size_t>(schedule.operations), schedule.shape.ranks - 1) {}

  bool holds(const Step<TwoPhaseCommit>& step, const auto& /*world*/) {
    for (const auto& sent : step.sent) count(sent.message, step.rank);
    for (const auto& answer : step.answered)
      if (answer.outcome == commit::committed && missing_[static_cast<std::size_t>(answer.operation)] > 0) return false;
    return true;
  }

 private:
  void count(const TwoPhaseCommit::Message& message, Rank rank) {
    if (message.kind != TwoPhaseCommit::Kind::vote_yes && message.kind != TwoPhaseCommit::Kind::vote_read_only) return;
    if (!agrees_(message.first, rank)) --missing_[message.first];
    agrees_(message.first, rank) = 1;
  }

  common::Ledger<char> agrees_;
  std::vector<int> missing_;  ///< [operation]: participants that have not agreed
};

}  // namespace coordbench::testing::two_phase_commit
