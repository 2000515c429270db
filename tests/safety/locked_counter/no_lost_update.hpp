#pragma once
// What locks and swaps are for.

#include "tests/safety/locked_counter/world.hpp"

namespace coordbench::testing::locked_counter {

struct NoLostUpdate {
  static constexpr std::string_view sentence =
      "No lost update: no two increments end with the same value, and the counter is at no less than have ended";
  explicit NoLostUpdate(const Schedule& schedule) : is_taken_(static_cast<std::size_t>(schedule.operations) + 1, false) {}

  bool holds(const Step& step, const auto& world) {
    for (const auto& answered : step.answered) {
      const auto value = static_cast<std::size_t>(answered.outcome);
      if (value >= is_taken_.size() || is_taken_[value]) return false;
      is_taken_[value] = true;
      ++ended_;
    }
    return world.machine(0).value() >= ended_;
  }

 private:
  std::vector<bool> is_taken_;  ///< [value]
  std::uint32_t ended_ = 0;
};

}  // namespace coordbench::testing::locked_counter
