#pragma once
// Linearizability of registers: what register_history.hpp decides, asked of a simulated world.

#include "tests/safety/common/register_history.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::common {

/// One register that all operations read or write. Operation k writes its own payload, or reads: Answer::of says whose value it
/// returned, -1 for the initial one, and k for a write. An operation ends where and when its proposer answers it. What a
/// traitor writes may be read at any time.
template <class P>
struct LinearizableRegister {
  static constexpr std::string_view sentence =
      "Linearizability: reads and writes fit one order, in which nothing precedes what ended before it began";
  explicit LinearizableRegister(const Schedule& schedule)
      : proposers_(static_cast<std::size_t>(schedule.operations), -1), history_(schedule.operations) {
    for (Operation k = 0; k < schedule.operations; ++k)
      if (schedule.faults.traitors.includes(proposer_of<P>(schedule.shape, k))) history_.begins(k);
  }

  bool holds(const Step<P>& step, const auto& world) {
    if (step.cause == Cause::propose) {
      proposers_[static_cast<std::size_t>(step.operation)] = step.rank;
      history_.begins(step.operation);
    }
    for (const auto& answered : step.answered) {
      if (proposers_[static_cast<std::size_t>(answered.operation)] != step.rank) continue;
      const Operation of = world.machine(step.rank).answer(answered.operation).of;
      if (!history_.ends(answered.operation, of)) return false;
    }
    return true;
  }

 private:
  std::vector<Rank> proposers_;  ///< [operation]; -1: not asked for yet
  RegisterHistory history_;
};

}  // namespace coordbench::testing::common
