#pragma once
// A mark tells the truth.

#include "tests/safety/common/asked.hpp"

namespace coordbench::testing::common {

/// `updates_of(machine, replica)` is how many of a replica's updates a machine has. The first mark comes where an update is
/// made.
template <class P, auto updates_of>
struct Knowledge {
  static constexpr std::string_view sentence = "Knowledge: who knows an operation has it in its state, and says so";
  explicit Knowledge(const Schedule& schedule) : shape_(schedule.shape) {}

  bool holds(const Step<P>& step, const auto& world) const {
    for (const auto& reached : step.reached) {
      const Rank replica = proposer_of<P>(shape_, reached.operation);
      const auto number = static_cast<std::int64_t>(number_of<P>(shape_, reached.operation));
      if (updates_of(world.machine(step.rank), replica) < number || (reached.mark == 0 && step.rank != replica)) return false;
    }
    return std::all_of(step.answered.begin(), step.answered.end(), [](const auto& answer) { return answer.is_accepted; });
  }

 private:
  Shape shape_;
};

}  // namespace coordbench::testing::common
