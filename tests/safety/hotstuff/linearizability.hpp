#pragma once
// Herlihy, Wing, TOPLAS 12(3) 1990. Each operation reads and increments one counter.

#include "tests/safety/common/counter_history.hpp"
#include "tests/safety/hotstuff/servers.hpp"

namespace coordbench::testing::hotstuff {

struct Linearizability {
  static constexpr std::string_view sentence =
      "Linearizability: what clients are told fits one order, in which nothing precedes what was answered before it was asked";
  explicit Linearizability(const Schedule& schedule) : history_(schedule.operations) {}

  bool holds(const Step& step, const auto& world) {
    if (step.cause == Cause::propose) history_.begins(step.operation);
    for (const auto& reached : step.reached) {
      if (reached.mark != parts::answered) continue;
      if (!history_.ends(reached.operation, answer_to(world.machine(step.rank), reached.operation))) return false;
    }
    return true;
  }

 private:
  common::CounterHistory history_;
};

}  // namespace coordbench::testing::hotstuff
