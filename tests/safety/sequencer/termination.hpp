#pragma once
// Agreement and validity of total order broadcast (Défago, Schiper, Urbán 2004, 2.3), where every rank comes back.

#include "tests/safety/sequencer/world.hpp"

namespace coordbench::testing::sequencer {

struct Termination {
  static constexpr std::string_view sentence = "Termination: once everything has healed, every rank delivers whatever was sent";
  explicit Termination(const Schedule& schedule) : missing_(schedule.operations * schedule.shape.ranks) {}

  bool holds(const Step& step, const auto& /*world*/) {
    for (const auto& reached : step.reached) missing_ -= reached.mark == Sequencer::delivered ? 1 : 0;
    return true;
  }
  bool holds_at_end(const auto& /*world*/) const { return missing_ == 0; }

 private:
  std::int64_t missing_;  ///< deliveries, over all ranks
};

}  // namespace coordbench::testing::sequencer
