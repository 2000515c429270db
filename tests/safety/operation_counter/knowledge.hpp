#pragma once
// A mark tells the truth.

#include "tests/safety/operation_counter/deliveries.hpp"

namespace coordbench::testing::operation_counter {

struct Knowledge {
  static constexpr std::string_view sentence =
      "Knowledge: a mark comes with its increment, and where all came once and in order its answer is right";
  explicit Knowledge(const Schedule& schedule) : deliveries_(schedule), keeps_order_(schedule.faults.fifo) {}

  bool holds(const Step& step, const auto& world) {
    const Operation come = deliveries_.follow(step);
    for (const auto& reached : step.reached)
      if (reached.operation != come || (reached.mark == OperationCounter::counted && step.cause != Cause::propose))
        return false;
    if (!keeps_order_ || !deliveries_.is_once() || !common::has_lost_nothing(world.happened())) return true;
    return std::all_of(step.answered.begin(), step.answered.end(), [](const auto& answer) { return answer.is_accepted; });
  }

 private:
  Deliveries deliveries_;
  bool keeps_order_;
};

}  // namespace coordbench::testing::operation_counter
