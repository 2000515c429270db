#pragma once
// The values are an order of the increments that real time allows (../common/counter_history.hpp).

#include "tests/safety/common/counter_history.hpp"
#include "tests/safety/locked_counter/world.hpp"

namespace coordbench::testing::locked_counter {

struct Linearizability {
  static constexpr std::string_view sentence =
      "Linearizability: an increment's value is its place in an order in which nothing precedes what ended before it began";
  explicit Linearizability(const Schedule& schedule) : history_(schedule.operations) {}

  bool holds(const Step& step, const auto& /*world*/) {
    if (step.cause == Cause::propose) history_.begins(step.operation);
    for (const auto& answered : step.answered)
      if (!history_.ends(answered.operation, answered.outcome - 1)) return false;
    return true;
  }

 private:
  common::CounterHistory history_;
};

}  // namespace coordbench::testing::locked_counter
