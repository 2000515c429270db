#pragma once
// However often a message comes, it counts once.

#include "tests/safety/g_counter/increments.hpp"

namespace coordbench::testing::g_counter {

struct NoOvercount {
  static constexpr std::string_view sentence = "No overcount: no state counts more increments than a replica was asked for";
  explicit NoOvercount(const Schedule& schedule) : increments_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    increments_.follow(step);
    for (Rank replica = 0; replica < world.size(); ++replica)
      if (world.machine(step.rank).counts()[replica] > increments_.at(replica)) return false;
    return true;
  }

 private:
  Increments increments_;
};

}  // namespace coordbench::testing::g_counter
