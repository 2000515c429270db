#pragma once
// AC3 of atomic commitment (Bernstein, Hadzilacos, Goodman 1987, 7.3).

#include "kernels/commit/commitment.hpp"
#include "tests/safety/common/ledger.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::commitment {

/// `Ballot::agrees(message)`: whoever sends it has nothing against the transaction. Rank 0 brings it, and so agrees.
template <class P, class Ballot>
struct Unanimity {
  static constexpr std::string_view sentence = "AC3: the commit decision can only be reached if all processes voted yes";
  explicit Unanimity(const Schedule& schedule)
      : votes_(schedule.shape),
        agrees_(schedule),
        missing_(static_cast<std::size_t>(schedule.operations), schedule.shape.ranks - 1) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    if (step.rank > 0)
      for (const auto& sent : step.sent) count(sent.message, step.rank);
    for (const auto& answer : step.answered)
      if (answer.outcome == commit::committed && missing_[static_cast<std::size_t>(answer.operation)] > 0) return false;
    return true;
  }

 private:
  void count(const typename P::Message& message, Rank rank) {
    if (!Ballot::agrees(message) || votes_.refuses(rank)) return;
    if (!agrees_(message.first, rank)) --missing_[message.first];
    agrees_(message.first, rank) = 1;
  }

  commit::Votes votes_;
  common::Ledger<char> agrees_;
  std::vector<int> missing_;  ///< [operation]: participants that have not agreed
};

}  // namespace coordbench::testing::commitment
