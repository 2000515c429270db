#pragma once
// Herlihy, Wing, TOPLAS 12(3) 1990.

#include "kernels/primary_backup.hpp"
#include "tests/safety/common/register_history.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::primary_backup {

struct Linearizability {
  static constexpr std::string_view sentence =
      "Linearizability: reads of the primary return what a single copy would, with each operation at one instant between its "
      "call and its end";
  /// Promised where all backups acknowledge, and otherwise as long as no other rank becomes the primary.
  explicit Linearizability(const Schedule& schedule)
      : Linearizability(schedule, schedule.shape["acknowledge"] == coordbench::primary_backup::all ||
                                      schedule.faults.notices_after_ns == 0) {}
  Linearizability(const Schedule& schedule, bool is_promised)
      : is_promised_(is_promised && schedule.shape["read_from"] == coordbench::primary_backup::primary),
        history_(schedule.operations) {}

  bool holds(const Step<PrimaryBackup>& step, const auto& world) {
    if (!is_promised_) return true;
    if (step.cause == Cause::propose) history_.begins(step.operation);
    for (const auto& answer : step.answered) {
      const bool is_read = PrimaryBackup::kind(world.shape(), answer.operation) == 1;
      if (!history_.ends(answer.operation, is_read ? answer.of : answer.operation)) return false;
    }
    return true;
  }

 private:
  bool is_promised_;
  common::RegisterHistory history_;
};

}  // namespace coordbench::testing::primary_backup
