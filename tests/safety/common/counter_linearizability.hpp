#pragma once
// Herlihy, Wing, TOPLAS 12(3) 1990, for protocols whose operations each read and increment one counter.

#include "tests/safety/common/counter_history.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::common {

/// `kAnswered` is the mark of an answer. `kAnswerTo(machine, operation)` is the counter's value in it.
template <int kAnswered, auto kAnswerTo>
struct CounterLinearizability {
  static constexpr std::string_view sentence =
      "Linearizability: what clients are told fits one order, in which nothing precedes what was answered before it was asked";
  explicit CounterLinearizability(const Schedule& schedule) : history_(schedule.operations) {}

  bool holds(const auto& step, const auto& world) {
    if (step.cause == Cause::propose) history_.begins(step.operation);
    for (const auto& reached : step.reached) {
      if (reached.mark != kAnswered) continue;
      if (!history_.ends(reached.operation, kAnswerTo(world.machine(step.rank), reached.operation))) return false;
    }
    return true;
  }

 private:
  CounterHistory history_;
};

}  // namespace coordbench::testing::common
