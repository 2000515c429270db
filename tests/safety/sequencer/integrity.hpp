#pragma once
// Uniform integrity (Défago, Schiper, Urbán 2004, 2.3).

#include "tests/safety/sequencer/world.hpp"

namespace coordbench::testing::sequencer {

struct Integrity {
  static constexpr std::string_view sentence = "Integrity: a rank delivers an operation at most once, and only if it was sent";
  explicit Integrity(const Schedule& schedule)
      : ranks_(static_cast<std::size_t>(schedule.shape.ranks)),
        delivered_(ranks_ * static_cast<std::size_t>(schedule.operations), false) {}

  bool holds(const Step& step, const auto& world) {
    for (const auto& reached : step.reached) {
      if (reached.mark != Sequencer::delivered) continue;
      auto delivered = delivered_[static_cast<std::size_t>(reached.operation) * ranks_ + static_cast<std::size_t>(step.rank)];
      if (delivered || !world.was_proposed(reached.operation)) return false;
      delivered = true;
    }
    return true;
  }

 private:
  std::size_t ranks_;
  std::vector<bool> delivered_;  ///< [operation, rank]
};

}  // namespace coordbench::testing::sequencer
