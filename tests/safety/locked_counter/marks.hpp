#pragma once
// Marks come at the proposer, in their order, and once.

#include <algorithm>

#include "tests/safety/locked_counter/world.hpp"

namespace coordbench::testing::locked_counter {

struct Marks {
  static constexpr std::string_view sentence =
      "Marks: an operation is granted, if there is a lock, and then released, where it was asked, and its answer is accepted";
  explicit Marks(const Schedule& schedule)
      : asked_(static_cast<std::size_t>(schedule.operations), -1),
        next_(asked_.size(), schedule.shape["mode"] == Mode::compare_and_swap ? 1 : 0) {}

  bool holds(const Step& step, const auto& /*world*/) {
    if (step.cause == Cause::propose) asked_[static_cast<std::size_t>(step.operation)] = step.rank;
    for (const auto& reached : step.reached) {
      const auto k = static_cast<std::size_t>(reached.operation);
      if (asked_[k] != step.rank || reached.mark != next_[k]++) return false;
    }
    return std::all_of(step.answered.begin(), step.answered.end(), [](const auto& answered) { return answered.is_accepted; });
  }

 private:
  std::vector<Rank> asked_;  ///< [operation]: who was; -1: nobody
  std::vector<int> next_;    ///< [operation]: the next mark
};

}  // namespace coordbench::testing::locked_counter
