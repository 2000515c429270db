#pragma once
// AC5 of atomic commitment (Bernstein, Hadzilacos, Goodman 1987, 7.3).

#include "kernels/two_phase_commit.hpp"
#include "tests/safety/two_phase_commit/ledger.hpp"

namespace coordbench::testing {

struct CommitTermination {
  static constexpr std::string_view sentence = "AC5: once all failures are repaired, all processes reach a decision";
  explicit CommitTermination(const Schedule& schedule) : knows_(schedule), operations_(schedule.operations) {}

  bool holds(const Step<TwoPhaseCommit>& step, const auto& /*world*/) {
    for (const auto& answer : step.answered) learn(knows_(answer.operation, step.rank));
    for (const auto& sent : step.sent)
      if (sent.message.kind == CommitKind::vote_yes) vote(knows_(sent.message.first, step.rank));
    return true;
  }
  /// Everyone who is bound by a yes has learned, and the coordinator, which alone knows whom it asked, could forget.
  bool holds_at_end(const auto& world) const {
    if (uncertain_ > 0 || world.proposed() < operations_) return false;
    for (Operation k = 0; k < operations_; ++k)
      if (!world.has_ended(k)) return false;
    return true;
  }

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

  Ledger<Knows> knows_;
  std::int64_t operations_, uncertain_ = 0;
};

}  // namespace coordbench::testing
