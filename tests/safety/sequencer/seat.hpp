#pragma once
// What makes a sequencer fixed: it alone gives numbers, and gives each operation one.

#include "tests/safety/sequencer/world.hpp"

namespace coordbench::testing::sequencer {

struct Seat {
  static constexpr std::string_view sentence =
      "Seat: an operation is ordered once, by the sequencer of its shard, before anybody delivers it";
  explicit Seat(const Schedule& schedule)
      : shape_(schedule.shape), is_ordered_(static_cast<std::size_t>(schedule.operations), false) {}

  bool holds(const Step& step, const auto& /*world*/) {
    for (const auto& reached : step.reached) {
      auto is_ordered = is_ordered_[static_cast<std::size_t>(reached.operation)];
      const bool orders = reached.mark == Sequencer::ordered;
      if (orders == is_ordered) return false;
      if (orders && !Sequencer::reaches(shape_, Sequencer::ordered, step.rank, reached.operation)) return false;
      is_ordered = true;
    }
    return true;
  }

 private:
  Shape shape_;
  std::vector<bool> is_ordered_;  ///< [operation]
};

}  // namespace coordbench::testing::sequencer
