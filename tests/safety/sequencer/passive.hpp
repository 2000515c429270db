#pragma once
// What makes an exclusion final.

#include "tests/safety/sequencer/world.hpp"

namespace coordbench::testing::sequencer {

struct Passive {
  static constexpr std::string_view sentence =
      "Passive: a rank that knows that it is excluded sends, orders and delivers nothing";
  explicit Passive(const Schedule& /*schedule*/) {}

  bool holds(const Step& step, const auto& world) const {
    const bool is_excluded = world.machine(step.rank).configuration().is_down(step.rank);
    return !is_excluded || (step.sent.empty() && step.reached.empty());
  }
};

}  // namespace coordbench::testing::sequencer
