#pragma once
// What each rank knows of the votes, as an observer sees it who hears what the rank hears.

#include "kernels/decentralised_two_phase_commit.hpp"
#include "tests/safety/common/ledger.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::decentralised_two_phase_commit {

using P = DecentralisedTwoPhaseCommit;
using Kind = P::Kind;

/// Whoever votes yes is bound, and waits for the others' votes.
struct Ballot {
  static bool binds(const P::Message& message) { return message.kind == Kind::vote_yes; }
  static bool agrees(const P::Message& message) { return message.kind == Kind::vote_yes; }
  static bool waits(const P::Message& message) { return message.kind == Kind::inquire || message.count > 0; }
};

class Ballots {
 public:
  explicit Ballots(const Schedule& schedule)
      : ranks_(schedule.shape.ranks),
        known_(static_cast<std::size_t>(schedule.operations * ranks_ * ranks_), 0),
        count_(schedule),
        refused_(schedule) {}

  /// What a delivery tells. An inquiry of rank 0 brings the transaction, as its vote does.
  void hear(const Step<P>& step) {
    if (step.cause != Cause::deliver) return;
    const P::Message& message = *step.message;
    if (message.kind != Kind::inquire || step.from == 0) note(message.first, step.rank, step.from, message.kind);
  }
  /// The rank's own vote, if it sent the vote in this step.
  void vote(const Step<P>& step) {
    for (const auto& sent : step.sent)
      if (sent.message.count > 0) note(sent.message.first, step.rank, step.rank, sent.message.kind);
    if (ranks_ == 1 && step.cause == Cause::propose) note(step.operation, 0, 0, Kind::vote_yes);
  }
  [[nodiscard]] bool knows(Operation k, Rank rank, Rank of) const {
    return known_[static_cast<std::size_t>((k * ranks_ + rank) * ranks_ + of)] != 0;
  }
  bool knows_all(Operation k, Rank rank) { return count_(k, rank) == ranks_; }
  bool knows_of_a_no(Operation k, Rank rank) { return refused_(k, rank) != 0; }

 private:
  void note(Operation k, Rank rank, Rank of, Kind kind) {
    char& known = known_[static_cast<std::size_t>((k * ranks_ + rank) * ranks_ + of)];
    if (std::exchange(known, 1) == 0) ++count_(k, rank);
    if (kind == Kind::vote_no) refused_(k, rank) = 1;
  }

  int ranks_;
  std::vector<char> known_;  ///< [operation, rank, of]
  common::Ledger<int> count_;
  common::Ledger<char> refused_;
};

}  // namespace coordbench::testing::decentralised_two_phase_commit
