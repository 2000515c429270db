#pragma once
// How often a rank asks, and that it answers.

#include <map>

#include "kernels/bully_election.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::bully_election {

struct OneElection {
  static constexpr std::string_view sentence =
      "One election: a rank asks all higher ranks, and nobody else, once in a round, and answers whoever asks it, but in a "
      "round of this operation that is over";
  explicit OneElection(const Schedule& schedule) : ranks_(schedule.shape.ranks) {}

  bool holds(const auto& step, const auto& world) {
    using Kind = BullyElection::Kind;
    int asked = 0, answered = 0;
    for (const auto& sent : step.sent) {
      if (sent.message.kind == Kind::election) {
        if (sent.to <= step.rank) return false;
        if (++asked == 1 && ++rounds_[{step.rank, sent.message.first, sent.message.round}] > 1) return false;
      }
      if (sent.message.kind == Kind::answer && ++answered > 0 && !answers(step, sent)) return false;
    }
    if (asked > 0 && asked != ranks_ - 1 - step.rank) return false;
    return answered == (is_due(step, world) ? 1 : 0);
  }

 private:
  static bool is_due(const auto& step, const auto& world) {
    if (step.cause != Cause::deliver || step.message->kind != BullyElection::Kind::election) return false;
    const BullyElection& machine = world.machine(step.rank);
    return step.message->first < machine.operation() || step.message->round == machine.newest_round();
  }
  static bool answers(const auto& step, const auto& sent) {
    return step.cause == Cause::deliver && sent.to == step.from && sent.message.first == step.message->first &&
           sent.message.round == step.message->round;
  }

  int ranks_;
  std::map<std::tuple<Rank, std::uint32_t, std::uint32_t>, int> rounds_{};  ///< how often a rank has asked in a round
};

}  // namespace coordbench::testing::bully_election
