#pragma once
// AC5 of atomic commitment (Bernstein, Hadzilacos, Goodman 1987, 7.3).

#include "kernels/two_phase_commit.hpp"
#include "tests/safety/common/ledger.hpp"
#include "tests/safety/common/termination.hpp"

namespace coordbench::testing::two_phase_commit {

struct Termination : common::Termination {
  static constexpr std::string_view sentence = "AC5: once all failures are repaired, all processes reach a decision";
  explicit Termination(const Schedule& schedule) : common::Termination(schedule), knows_(schedule) {}

  bool holds(const Step<TwoPhaseCommit>& step, const auto& /*world*/) {
    for (const auto& answer : step.answered) learn(knows_(answer.operation, step.rank));
    for (const auto& sent : step.sent)
      if (sent.message.kind == TwoPhaseCommit::Kind::vote_yes) vote(knows_(sent.message.first, step.rank));
    return true;
  }
  /// Everyone who is bound by a yes has learned, and the coordinator, which alone knows whom it asked, could forget.
  bool holds_at_end(const auto& world) const { return uncertain_ == 0 && common::Termination::holds_at_end(world); }

 private:
  enum class Knows : std::uint8_t { nothing, own_vote, decision };

  void vote(Knows& knows) {
    if (knows != Knows::nothing) return;
    knows = Knows::own_vote;
    ++uncertain_;
  }
  void learn(Knows& knows) {
    if (knows == Knows::own_vote) --uncertain_;
    knows = Knows::decision;
  }

  common::Ledger<Knows> knows_;
  std::int64_t uncertain_ = 0;
};

}  // namespace coordbench::testing::two_phase_commit
