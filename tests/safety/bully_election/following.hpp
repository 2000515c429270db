#pragma once
// Whom a rank follows: the newest round counts, and in one round the highest rank.

#include <algorithm>

#include "tests/safety/bully_election/by_round.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::bully_election {

struct Following {
  static constexpr std::string_view sentence =
      "Following: a rank follows the highest rank that has led in the newest round that it knows, and in a new round nobody";
  explicit Following(const Schedule& schedule) : leaders_(schedule) {}

  bool holds(const auto& step, const auto& world) {
    if (step.cause == Cause::crash) return true;
    const BullyElection& machine = world.machine(step.rank);
    Rank& leader = leaders_.of(world, step.rank).rank;
    if (step.cause == Cause::restart) leader = election::nobody;
    const auto announces = [&](const auto& message) {
      return message.kind == BullyElection::Kind::coordinator && is_of_round(message, machine);
    };
    if (step.cause == Cause::deliver && announces(*step.message) && step.from > step.rank) leader = std::max(leader, step.from);
    for (const auto& sent : step.sent)
      if (announces(sent.message)) leader = std::max(leader, step.rank);
    return world.shape().ranks == 1 || machine.coordinator() == leader;
  }

 private:
  struct Leader {
    Rank rank = election::nobody;
  };
  ByRound<Leader> leaders_;
};

}  // namespace coordbench::testing::bully_election
