#pragma once
// A mark tells the truth.

#include "tests/safety/g_counter/increments.hpp"

namespace coordbench::testing::g_counter {

struct Knowledge {
  static constexpr std::string_view sentence = "Knowledge: who knows an operation has it in its state, and says so";
  explicit Knowledge(const Schedule& schedule) : shape_(schedule.shape) {}

  bool holds(const Step& step, const auto& world) const {
    for (const auto& reached : step.reached) {
      const Rank replica = replica_of(shape_, reached.operation);
      if (world.machine(step.rank).counts()[replica] < number_of(shape_, reached.operation)) return false;
      if (reached.mark == GCounter::incremented && step.rank != replica) return false;
    }
    return std::all_of(step.answered.begin(), step.answered.end(), [](const auto& answer) { return answer.is_accepted; });
  }

 private:
  Shape shape_;
};

}  // namespace coordbench::testing::g_counter
