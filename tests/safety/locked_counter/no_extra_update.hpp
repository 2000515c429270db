#pragma once
// An increment counts once.

#include "tests/safety/locked_counter/world.hpp"

namespace coordbench::testing::locked_counter {

struct NoExtraUpdate {
  static constexpr std::string_view sentence = "No extra update: the counter is at no more than have been asked for";
  explicit NoExtraUpdate(const Schedule& /*schedule*/) {}

  bool holds(const Step& /*step*/, const auto& world) const {
    return static_cast<std::int64_t>(world.machine(0).value()) <= world.proposed();
  }
};

}  // namespace coordbench::testing::locked_counter
