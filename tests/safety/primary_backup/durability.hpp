#pragma once
// What acknowledge=all is for.

#include "tests/safety/primary_backup/answered_writes.hpp"

namespace coordbench::testing::primary_backup {

struct Durability {
  static constexpr std::string_view sentence =
      "Durability: with acknowledge=all a new primary has every write that has been answered";
  explicit Durability(const Schedule& schedule)
      : Durability(schedule.shape["acknowledge"] == coordbench::primary_backup::all) {}
  explicit Durability(bool is_promised) : is_promised_(is_promised) {}

  bool holds(const Step<PrimaryBackup>& step, const auto& world) { return writes_.lost_in(step, world) == 0 || !is_promised_; }

 private:
  bool is_promised_;
  AnsweredWrites writes_{};
};

}  // namespace coordbench::testing::primary_backup
