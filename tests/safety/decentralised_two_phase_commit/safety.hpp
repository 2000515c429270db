#pragma once
// What decentralised two-phase commit promises, and what it claims to survive: everything but the loss of its log.

#include "tests/safety/commitment/agreement.hpp"
#include "tests/safety/commitment/draw.hpp"
#include "tests/safety/commitment/integrity.hpp"
#include "tests/safety/commitment/nontriviality.hpp"
#include "tests/safety/commitment/patience.hpp"
#include "tests/safety/commitment/reversal.hpp"
#include "tests/safety/commitment/termination.hpp"
#include "tests/safety/commitment/unanimity.hpp"
#include "tests/safety/decentralised_two_phase_commit/decision.hpp"
#include "tests/safety/decentralised_two_phase_commit/in_turn.hpp"
#include "tests/safety/decentralised_two_phase_commit/voting.hpp"

namespace coordbench::testing::decentralised_two_phase_commit {

struct Safety {
  using Protocol = DecentralisedTwoPhaseCommit;
  /// A process that reverses itself also disagrees with somebody: the narrower first.
  using Invariants = std::tuple<commitment::NoReversal<P>, commitment::Agreement<P>, commitment::Unanimity<P, Ballot>,
                                commitment::VotesDecide<P>, commitment::Integrity<P>, Voting, InTurn, Decision,
                                commitment::Patience<P, Ballot>, commitment::Termination<P, Ballot>>;

  static std::string describe(const Protocol::Message& message) {
    static constexpr std::array<std::string_view, 3> kWords{"vote yes", "vote no", "inquire"};
    return std::string(kWords[static_cast<std::size_t>(message.kind)]) + " " + std::to_string(message.first) +
           (message.count == 0 && message.kind != Kind::inquire ? " again" : "");
  }
  static void draw(Schedule& schedule, Random& random) { commitment::draw(schedule, random); }
};

}  // namespace coordbench::testing::decentralised_two_phase_commit
