#pragma once
// What order = serial adds: the coordinator speaks to one participant after the other.

#include "kernels/two_phase_commit.hpp"
#include "tests/safety/common/ledger.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::two_phase_commit {

/// An inquiry is answered whenever it comes.
struct OneAtATime {
  static constexpr std::string_view sentence =
      "One at a time: a serial coordinator asks a participant once all before it have agreed, and tells it once all before it "
      "have acknowledged";
  explicit OneAtATime(const Schedule& schedule)
      : is_serial_(schedule.shape["order"] == TwoPhaseCommit::serial),
        roles_(schedule.shape),
        seen_(schedule),
        asked_(static_cast<std::size_t>(schedule.operations), 0),
        is_acknowledged_(static_cast<std::size_t>(schedule.operations), false) {}

  bool holds(const Step<TwoPhaseCommit>& step, const auto& /*world*/) {
    if (!is_serial_ || step.rank != 0) return true;
    if (step.cause == Cause::deliver) hear(*step.message, step.from);
    for (const auto& answer : step.answered)
      is_acknowledged_[static_cast<std::size_t>(answer.operation)] =
          roles_.acknowledges(static_cast<commit::Outcome>(answer.outcome));
    const bool answers = step.cause == Cause::deliver && step.message->kind == Kind::inquire;
    return answers || std::all_of(step.sent.begin(), step.sent.end(),
                                  [this](const auto& sent) { return is_in_turn(sent.message, sent.to); });
  }

 private:
  using Kind = TwoPhaseCommit::Kind;
  enum Seen : std::uint8_t { nothing, asked, waiting, done, refused };  ///< of a participant, at the coordinator

  /// Votes and acknowledgements that come late or twice change nothing.
  void hear(const TwoPhaseCommit::Message& message, Rank from) {
    Seen& seen = seen_(message.first, from);
    if (message.kind == Kind::acknowledge) seen = done;
    if (seen != asked) return;
    if (message.kind == Kind::vote_yes) seen = waiting;
    if (message.kind == Kind::vote_read_only) seen = done;
    if (message.kind == Kind::vote_no) seen = refused;
  }
  bool is_in_turn(const TwoPhaseCommit::Message& message, Rank to) {
    if (message.kind == Kind::prepare) {
      if (to != ++asked_[message.first]) return false;
      seen_(message.first, to) = asked;
      return to == 1 || seen_(message.first, to - 1) == waiting || seen_(message.first, to - 1) == done;
    }
    if (!is_acknowledged_[message.first]) return true;
    for (Rank before = 1; before < to; ++before)
      if (seen_(message.first, before) != done && seen_(message.first, before) != refused) return false;
    return true;
  }

  bool is_serial_;
  commit::Roles roles_;
  common::Ledger<Seen> seen_;
  std::vector<Rank> asked_;            ///< [operation]: the participant that was asked last
  std::vector<bool> is_acknowledged_;  ///< [operation]: whether its outcome is
};

}  // namespace coordbench::testing::two_phase_commit
