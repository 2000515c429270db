#pragma once
// An answer to a write says how many replicas have it.

#include "tests/safety/primary_backup/answered_writes.hpp"

namespace coordbench::testing::primary_backup {

struct Replication {
  static constexpr std::string_view sentence =
      "Replication: when a write is answered, all backups that take part, or one of them, hold it or a newer one";
  explicit Replication(const Schedule& schedule) : acknowledge_(schedule.shape["acknowledge"]) {}

  bool holds(const Step<PrimaryBackup>& step, const auto& world) const {
    bool all_hold = true;
    for_each_answered_write(step, world, [&](Operation k) { all_hold &= is_replicated(k, step.rank, world); });
    return all_hold;
  }

 private:
  [[nodiscard]] bool is_replicated(Operation k, Rank primary, const auto& world) const {
    const PrimaryBackup& machine = world.machine(primary);
    int backups = 0, holders = 0;
    for (Rank rank = 0; rank < world.shape().ranks; ++rank) {
      if (rank == primary || machine.configuration().is_down(rank)) continue;
      ++backups;
      holders += world.machine(rank).sequence() >= machine.number_of(k) ? 1 : 0;
    }
    const bool waits_for_all = acknowledge_ == coordbench::primary_backup::all;
    if (acknowledge_ == coordbench::primary_backup::none) return true;
    return holders >= (waits_for_all ? backups : std::min(backups, 1));
  }

  std::int64_t acknowledge_;
};

}  // namespace coordbench::testing::primary_backup
