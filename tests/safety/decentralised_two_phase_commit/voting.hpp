#pragma once
// How ranks vote.

#include <algorithm>

#include "tests/safety/decentralised_two_phase_commit/ballots.hpp"

namespace coordbench::testing::decentralised_two_phase_commit {

struct Voting {
  static constexpr std::string_view sentence =
      "Voting: a rank that is asked tells its vote to all others, once, and again to whoever inquires; it inquires only of "
      "those "
      "whose votes it does not know";
  explicit Voting(const Schedule& schedule)
      : votes_(schedule.shape), ballots_(schedule), has_voted_(schedule), told_(schedule) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    ballots_.hear(step);
    const bool is_right =
        std::all_of(step.sent.begin(), step.sent.end(), [&](const auto& sent) { return may_send(sent, step); });
    ballots_.vote(step);
    for (const auto& sent : step.sent)
      if (sent.message.count > 0) has_voted_(sent.message.first, step.rank) = 1;
    return is_right && tells_all(step);
  }

 private:
  using Sent = Step<P>::Sent;

  bool may_send(const Sent& sent, const Step<P>& step) {
    const Operation k = sent.message.first;
    if (sent.message.kind == Kind::inquire) return has_voted_(k, step.rank) != 0 && !ballots_.knows(k, step.rank, sent.to);
    if (sent.message.kind != (votes_.refuses(step.rank) ? Kind::vote_no : Kind::vote_yes)) return false;
    if (sent.message.count > 0) return has_voted_(k, step.rank) == 0 && (step.rank == 0 || ballots_.knows(k, step.rank, 0));
    return has_voted_(k, step.rank) != 0 && step.cause == Cause::deliver && step.message->kind == Kind::inquire &&
           step.message->first == k && step.from == sent.to;
  }
  /// Of each transaction on which the rank votes in this step.
  bool tells_all(const Step<P>& step) {
    for (const auto& sent : step.sent)
      if (sent.message.count > 0) ++told_(sent.message.first, step.rank);
    return std::all_of(step.sent.begin(), step.sent.end(), [&](const auto& sent) {
      return sent.message.count == 0 || told_(sent.message.first, step.rank) == votes_.participants;
    });
  }

  commit::Votes votes_;
  Ballots ballots_;
  common::Ledger<char> has_voted_;
  common::Ledger<std::int64_t> told_;  ///< how many ranks a rank has told its vote
};

}  // namespace coordbench::testing::decentralised_two_phase_commit
