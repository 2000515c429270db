#pragma once
// When ranks decide.

#include <algorithm>

#include "tests/safety/decentralised_two_phase_commit/ballots.hpp"

namespace coordbench::testing::decentralised_two_phase_commit {

/// Only transactions that a step is about can change: those of its message, of its votes, and of its marks.
struct Decision {
  static constexpr std::string_view sentence =
      "Decision: a rank decides once it has voted and knows of a no, or knows all votes; it ends a transaction once it knows "
      "all "
      "votes";
  explicit Decision(const Schedule& schedule) : ballots_(schedule), has_(schedule) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    ballots_.hear(step);
    ballots_.vote(step);
    for (const auto& reached : step.reached) ++has_(reached.operation, step.rank)[static_cast<std::size_t>(reached.mark)];
    const auto is_right = [&](Operation k) { return k < 0 || has_what_is_due(k, step.rank); };
    const auto is_sent_right = [&](const auto& sent) { return is_right(sent.message.first); };
    const auto is_reached_right = [&](const auto& reached) { return is_right(reached.operation); };
    return is_right(step.cause == Cause::deliver ? Operation{step.message->first} : step.operation) &&
           std::all_of(step.sent.begin(), step.sent.end(), is_sent_right) &&
           std::all_of(step.reached.begin(), step.reached.end(), is_reached_right);
  }

 private:
  bool has_what_is_due(Operation k, Rank rank) {
    const bool all = ballots_.knows_all(k, rank);
    const bool one_no = ballots_.knows(k, rank, rank) && ballots_.knows_of_a_no(k, rank);
    return has_(k, rank)[P::decided] == (all || one_no ? 1 : 0) && has_(k, rank)[P::ended] == (all ? 1 : 0);
  }

  Ballots ballots_;
  common::Ledger<std::array<int, 2>> has_;  ///< how often a rank has reached a mark
};

}  // namespace coordbench::testing::decentralised_two_phase_commit
