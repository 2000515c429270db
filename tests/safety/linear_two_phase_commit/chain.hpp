#pragma once
// Who speaks to whom, and when.

#include <algorithm>

#include "kernels/linear_two_phase_commit.hpp"
#include "tests/safety/common/ledger.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::linear_two_phase_commit {

/// A message that is not counted repeats one that was; it may be the first that arrives.
struct Chain {
  static constexpr std::string_view sentence =
      "Chain: a rank that is asked asks the next one, once, unless it votes no or is the last; those decide; each passes the "
      "decision back, once, and again if it is asked again";
  explicit Chain(const Schedule& schedule)
      : votes_(schedule.shape), was_asked_(schedule), has_asked_(schedule), decision_(schedule), has_told_(schedule) {}

  bool holds(const Step<LinearTwoPhaseCommit>& step, const auto& /*world*/) {
    if (step.cause == Cause::propose) was_asked_(step.operation, 0) = 1;
    if (step.cause == Cause::deliver) hear(*step.message, step.rank);
    return std::all_of(step.sent.begin(), step.sent.end(), [&](const auto& sent) {
      return sent.message.kind == Kind::prepare ? may_ask(sent, step.rank) : may_tell(sent, step);
    });
  }

 private:
  using Kind = LinearTwoPhaseCommit::Kind;
  using Message = LinearTwoPhaseCommit::Message;
  using Sent = Step<LinearTwoPhaseCommit>::Sent;

  void hear(const Message& message, Rank rank) {
    if (message.kind == Kind::prepare) was_asked_(message.first, rank) = 1;
    if (message.kind != Kind::prepare) decision_(message.first, rank) = message.kind;
  }
  bool may_ask(const Sent& sent, Rank rank) {
    char& has_asked = has_asked_(sent.message.first, rank);
    const bool is_right = sent.to == rank + 1 && was_asked_(sent.message.first, rank) != 0;
    if (sent.message.count == 0) return is_right && has_asked != 0 && decision_(sent.message.first, rank) == Kind::prepare;
    return is_right && std::exchange(has_asked, 1) == 0;
  }
  bool may_tell(const Sent& sent, const Step<LinearTwoPhaseCommit>& step) {
    const Operation k = sent.message.first;
    char& has_told = has_told_(k, step.rank);
    const bool decides = votes_.refuses(step.rank) || step.rank == votes_.participants;
    if (sent.to != step.rank - 1 || was_asked_(k, step.rank) == 0) return false;
    if (!decides && decision_(k, step.rank) != sent.message.kind) return false;
    if (sent.message.count > 0) return std::exchange(has_told, 1) == 0;
    return has_told != 0 && step.cause == Cause::deliver && step.message->kind == Kind::prepare && step.message->first == k;
  }

  commit::Votes votes_;
  common::Ledger<char> was_asked_, has_asked_;
  common::Ledger<Kind> decision_;  ///< that a rank was told; `prepare`: none
  common::Ledger<char> has_told_;
};

}  // namespace coordbench::testing::linear_two_phase_commit
