#pragma once
// Linearizability (Herlihy, Wing, TOPLAS 12(3) 1990) of kernels whose operations read or write one register, where the promise
// depends on the case. A write answers nothing.

#include "tests/safety/common/register_history.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::common {

template <class P>
struct PromisedRegister {
  static constexpr std::string_view sentence =
      "Linearizability: reads return what a single copy would, with each operation at one instant between its call and its end";
  PromisedRegister(const Schedule& schedule, bool is_promised) : is_promised_(is_promised), history_(schedule.operations) {
    for (Operation k = 0; k < schedule.operations; ++k)  // what a traitor writes may be read at any time
      if (schedule.faults.traitors.includes(proposer_of<P>(schedule.shape, k))) history_.begins(k);
  }

  bool holds(const Step<P>& step, const auto& world) {
    if (!is_promised_) return true;
    if (step.cause == Cause::propose) history_.begins(step.operation);
    for (const auto& answer : step.answered) {
      const bool is_read = P::kind(world.shape(), answer.operation) == 1;
      if (!history_.ends(answer.operation, is_read ? answer.of : answer.operation)) return false;
    }
    return true;
  }

 private:
  bool is_promised_;
  RegisterHistory history_;
};

}  // namespace coordbench::testing::common
