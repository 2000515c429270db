#pragma once
// What keeps the state bounded.

#include <algorithm>

#include "tests/safety/decentralised_two_phase_commit/ballots.hpp"

namespace coordbench::testing::decentralised_two_phase_commit {

struct InTurn {
  static constexpr std::string_view sentence =
      "In turn: a rank votes on a transaction once it knows all votes on the one that is a window before";
  explicit InTurn(const Schedule& schedule) : window_(schedule.shape.in_flight), ballots_(schedule) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    ballots_.hear(step);
    ballots_.vote(step);
    return std::all_of(step.sent.begin(), step.sent.end(), [&](const auto& sent) {
      const Operation before = sent.message.first - window_;
      return sent.message.count == 0 || before < 0 || ballots_.knows_all(before, step.rank);
    });
  }

 private:
  Operation window_;
  Ballots ballots_;
};

}  // namespace coordbench::testing::decentralised_two_phase_commit
