#pragma once
// The idea of the protocol: only the highest live rank leads. It rests on timely messages and on links that are never cut.

#include "tests/safety/bully_election/by_round.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::bully_election {

struct Supremacy {
  static constexpr std::string_view sentence =
      "Supremacy: a rank leads only if every higher rank was down at some time since it asked them";
  explicit Supremacy(const Schedule& schedule)
      : down_at_(static_cast<std::size_t>(schedule.shape.ranks), kNotYet), asked_at_(schedule) {}

  bool holds(const auto& step, const auto& world) {
    if (step.cause == Cause::crash) return true;
    if (step.cause == Cause::restart || step.cause == Cause::reborn) down_at_[static_cast<std::size_t>(step.rank)] = step.at;
    Time& asked_at = asked_at_.of(world, step.rank).at;
    bool announces = false;
    for (const auto& sent : step.sent) {
      if (sent.message.kind == BullyElection::Kind::election) asked_at = step.at;
      announces |= sent.message.kind == BullyElection::Kind::coordinator;
    }
    if (!announces) return true;
    for (Rank higher = step.rank + 1; higher < world.shape().ranks; ++higher)
      if (world.is_up(higher) && down_at_[static_cast<std::size_t>(higher)] < asked_at) return false;
    return true;
  }

 private:
  static constexpr Time kNotYet = -1;
  struct Asked {
    Time at = kNever;
  };

  std::vector<Time> down_at_;  ///< [rank]: when it last came back
  ByRound<Asked> asked_at_;
};

}  // namespace coordbench::testing::bully_election
