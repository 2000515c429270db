#pragma once
// A state only grows.

#include "tests/safety/g_counter/increments.hpp"

namespace coordbench::testing::g_counter {

struct Monotone {
  static constexpr std::string_view sentence = "Monotone: no count in any replica's state ever falls";
  explicit Monotone(const Schedule& schedule)
      : states_(static_cast<std::size_t>(schedule.shape.ranks), GCounter::Counts(schedule.shape.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    GCounter::Counts& before = states_[static_cast<std::size_t>(step.rank)];
    const GCounter::Counts& now = world.machine(step.rank).counts();
    for (Rank replica = 0; replica < world.size(); ++replica)
      if (now[replica] < before[replica]) return false;
    before = now;
    return true;
  }

 private:
  std::vector<GCounter::Counts> states_;  ///< [rank]: after its last step
};

}  // namespace coordbench::testing::g_counter
