#pragma once
// Herlihy, Wing, TOPLAS 12(3) 1990; Lamport calls such a register atomic (Distributed Computing 1(2) 1986).

#include "kernels/quorum_register.hpp"
#include "tests/safety/common/register_history.hpp"
#include "tests/safety/quorum_register/quorums.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::quorum_register {

struct Linearizability {
  static constexpr std::string_view sentence =
      "Linearizability: reads return what a single copy would, with each operation at one instant between its call and its end";
  /// Only quorums that meet, and reads that write back, promise it.
  explicit Linearizability(const Schedule& schedule)
      : Linearizability(schedule, quorums_meet(schedule.shape) && schedule.shape["write_back"] != QuorumRegister::never) {}
  Linearizability(const Schedule& schedule, bool is_promised) : is_promised_(is_promised), history_(schedule.operations) {}

  bool holds(const Step<QuorumRegister>& step, const auto& world) {
    if (!is_promised_) return true;
    if (step.cause == Cause::propose) history_.begins(step.operation);
    for (const auto& answer : step.answered) {
      const bool is_read = QuorumRegister::kind(world.shape(), answer.operation) == 1;
      if (!history_.ends(answer.operation, is_read ? answer.of : answer.operation)) return false;
    }
    return true;
  }

 private:
  bool is_promised_;
  common::RegisterHistory history_;
};

}  // namespace coordbench::testing::quorum_register
