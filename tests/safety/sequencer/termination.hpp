#pragma once
// Agreement and validity of total order broadcast (Défago, Schiper, Urbán 2004, 2.3), of the ranks that take part in the end.

#include "tests/safety/sequencer/world.hpp"

namespace coordbench::testing::sequencer {

struct Termination {
  static constexpr std::string_view sentence =
      "Termination: once everything has healed, every rank that is not excluded delivers whatever such a rank sent or "
      "delivered";
  explicit Termination(const Schedule& schedule)
      : ranks_(schedule.shape.ranks),
        senders_(Sequencer::proposers(schedule.shape)),
        operations_(schedule.operations),
        delivered_(static_cast<std::size_t>(schedule.operations * schedule.shape.ranks), false) {}

  bool holds(const Step& step, const auto& /*world*/) {
    for (const auto& reached : step.reached)
      if (reached.mark == Sequencer::delivered) delivered_[index(reached.operation, step.rank)] = true;
    return true;
  }
  bool holds_at_end(const auto& world) const {
    for (Operation k = 0; k < operations_; ++k)
      if (is_due(k, world.configuration()) && !is_everywhere(k, world.configuration())) return false;
    return true;
  }

 private:
  [[nodiscard]] std::size_t index(Operation k, Rank rank) const { return static_cast<std::size_t>(k * ranks_ + rank); }
  [[nodiscard]] bool is_due(Operation k, const Configuration& configuration) const {
    if (!configuration.is_down(static_cast<Rank>(k % senders_))) return true;
    for (Rank rank = 0; rank < ranks_; ++rank)
      if (!configuration.is_down(rank) && delivered_[index(k, rank)]) return true;
    return false;
  }
  [[nodiscard]] bool is_everywhere(Operation k, const Configuration& configuration) const {
    for (Rank rank = 0; rank < ranks_; ++rank)
      if (!configuration.is_down(rank) && !delivered_[index(k, rank)]) return false;
    return true;
  }

  int ranks_, senders_;
  Operation operations_;
  std::vector<bool> delivered_;  ///< [operation, rank]
};

}  // namespace coordbench::testing::sequencer
