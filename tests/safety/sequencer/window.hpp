#pragma once
// What bounds every buffer: the sequencer waits for the rank that lags most.

#include <algorithm>

#include "tests/safety/sequencer/world.hpp"

namespace coordbench::testing::sequencer {

struct Window {
  static constexpr std::string_view sentence =
      "Window: no number is given that is `keep` or more beyond what some rank has delivered that takes part";
  explicit Window(const Schedule& schedule)
      : delivered_(schedule), keep_(coordbench::sequencer::Setting(schedule.shape).keep), ranks_(schedule.shape.ranks) {}

  bool holds(const Step& step, const auto& world) {
    for (const auto& reached : step.reached)
      if (reached.mark == Sequencer::delivered) ++delivered_(step.rank, delivered_.shard_of(reached.operation));
    return std::all_of(step.sent.begin(), step.sent.end(), [&](const auto& sent) {
      const bool gives = sent.message.count > 0 && sent.message.kind != coordbench::sequencer::Kind::request;
      return !gives || sent.message.number < slowest(delivered_.shard_of(sent.message.first), world) + keep_;
    });
  }

 private:
  std::size_t slowest(std::size_t shard, const auto& world) {
    std::size_t least = SIZE_MAX - keep_;
    for (Rank rank = 0; rank < ranks_; ++rank)
      if (!world.configuration().is_down(rank)) least = std::min(least, delivered_(rank, shard));
    return least;
  }

  Progress delivered_;
  std::size_t keep_;
  int ranks_;
};

}  // namespace coordbench::testing::sequencer
