#pragma once
// When a rank has done its part.

#include <set>

#include "tests/safety/bully_election/by_round.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::bully_election {

struct Ended {
  static constexpr std::string_view sentence =
      "Ended: a rank ends an election once, when it knows who leads, and all that it asked have answered or have had the "
      "time-out";
  explicit Ended(const Schedule& schedule) : asked_(schedule), ends_(static_cast<std::size_t>(schedule.shape.ranks), -1) {}

  bool holds(const auto& step, const auto& world) {
    using Kind = BullyElection::Kind;
    if (step.cause == Cause::crash) return true;
    const BullyElection& machine = world.machine(step.rank);
    Asked& asked = asked_.of(world, step.rank);
    if (step.cause == Cause::deliver && step.message->kind == Kind::answer && is_of_round(*step.message, machine))
      asked.answers.insert(step.from);
    for (const auto& sent : step.sent)
      if (sent.message.kind == Kind::election) asked.ranks.insert(sent.to);
    for (const auto& reached : step.reached) {
      if (reached.mark != BullyElection::ended) continue;
      Operation& last = ends_[static_cast<std::size_t>(step.rank)];
      if (reached.operation <= last || machine.coordinator() == election::nobody) return false;
      if (step.cause != Cause::tick && asked.answers != asked.ranks) return false;
      last = reached.operation;
    }
    return true;
  }

 private:
  struct Asked {
    std::set<Rank> ranks{}, answers{};
  };
  ByRound<Asked> asked_;
  std::vector<Operation> ends_;  ///< [rank]: the last election that it ended
};

}  // namespace coordbench::testing::bully_election
