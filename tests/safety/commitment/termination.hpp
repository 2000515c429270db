#pragma once
// AC5 of atomic commitment (Bernstein, Hadzilacos, Goodman 1987, 7.3).

#include "tests/safety/common/ledger.hpp"
#include "tests/safety/common/termination.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::commitment {

/// `Ballot::binds(message)`: whoever sends it may not decide alone any more.
template <class P, class Ballot>
struct Termination : common::Termination {
  static constexpr std::string_view sentence = "AC5: once all failures are repaired, all processes reach a decision";
  explicit Termination(const Schedule& schedule) : common::Termination(schedule), knows_(schedule) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    for (const auto& answer : step.answered) learn(knows_(answer.operation, step.rank));
    for (const auto& sent : step.sent)
      if (Ballot::binds(sent.message)) vote(knows_(sent.message.first, step.rank));
    return true;
  }
  /// Everyone who is bound by a yes has learned, and every transaction has ended.
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

}  // namespace coordbench::testing::commitment
