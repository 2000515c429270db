#pragma once
// Where a primary and its backups are linearizable.

#include "kernels/primary_backup.hpp"
#include "tests/safety/common/promised_register.hpp"

namespace coordbench::testing::primary_backup {

struct Linearizability : common::PromisedRegister<PrimaryBackup> {
  static constexpr std::string_view sentence =
      "Linearizability: reads of the primary return what a single copy would, with each operation at one instant between its "
      "call and its end";
  /// Promised where all backups acknowledge, and otherwise as long as no other rank becomes the primary.
  explicit Linearizability(const Schedule& schedule)
      : Linearizability(schedule, schedule.shape["acknowledge"] == coordbench::primary_backup::all ||
                                      schedule.faults.notices_after_ns == 0) {}
  Linearizability(const Schedule& schedule, bool is_promised)
      : PromisedRegister(schedule, is_promised && schedule.shape["read_from"] == coordbench::primary_backup::primary) {}
};

}  // namespace coordbench::testing::primary_backup
