#pragma once
// What linear two-phase commit promises, and what it claims to survive: everything but the loss of its log.

#include "tests/safety/commitment/agreement.hpp"
#include "tests/safety/commitment/draw.hpp"
#include "tests/safety/commitment/integrity.hpp"
#include "tests/safety/commitment/nontriviality.hpp"
#include "tests/safety/commitment/patience.hpp"
#include "tests/safety/commitment/reversal.hpp"
#include "tests/safety/commitment/termination.hpp"
#include "tests/safety/commitment/unanimity.hpp"
#include "tests/safety/linear_two_phase_commit/chain.hpp"

namespace coordbench::testing::linear_two_phase_commit {

/// Whoever asks the next rank has voted yes. The last one votes yes as it commits.
struct Ballot {
  using Message = LinearTwoPhaseCommit::Message;
  using Kind = LinearTwoPhaseCommit::Kind;
  static bool binds(const Message& message) { return message.kind == Kind::prepare; }
  static bool agrees(const Message& message) { return message.kind != Kind::abort; }
  static bool waits(const Message& message) { return message.kind == Kind::prepare; }
};

struct Safety {
  using Protocol = LinearTwoPhaseCommit;
  /// A process that reverses itself also disagrees with somebody: the narrower first.
  using Invariants =
      std::tuple<commitment::NoReversal<Protocol>, commitment::Agreement<Protocol>, commitment::Unanimity<Protocol, Ballot>,
                 commitment::VotesDecide<Protocol>, commitment::Integrity<Protocol>, Chain,
                 commitment::Patience<Protocol, Ballot>, commitment::Termination<Protocol, Ballot>>;

  static std::string describe(const Protocol::Message& message) {
    static constexpr std::array<std::string_view, 3> kWords{"prepare", "commit", "abort"};
    return std::string(kWords[static_cast<std::size_t>(message.kind)]) + " " + std::to_string(message.first) +
           (message.count == 0 ? " again" : "");
  }
  static void draw(Schedule& schedule, Random& random) { commitment::draw(schedule, random); }
};

}  // namespace coordbench::testing::linear_two_phase_commit
