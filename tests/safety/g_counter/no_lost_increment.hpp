#pragma once
// An increment is in its own replica's state from the beginning, and stays there whatever else fails.

#include "tests/safety/g_counter/increments.hpp"

namespace coordbench::testing::g_counter {

struct NoLostIncrement {
  static constexpr std::string_view sentence = "No lost increment: a replica counts every increment that it was asked for";
  explicit NoLostIncrement(const Schedule& schedule) : increments_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    increments_.follow(step);
    return world.machine(step.rank).counts()[step.rank] >= increments_.at(step.rank);
  }

 private:
  Increments increments_;
};

}  // namespace coordbench::testing::g_counter
