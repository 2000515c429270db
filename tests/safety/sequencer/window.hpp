#pragma once
// What bounds every buffer: the sequencer waits for the rank that lags most.

#include "tests/safety/sequencer/world.hpp"

namespace coordbench::testing::sequencer {

struct Window {
  static constexpr std::string_view sentence =
      "Window: no number is given that is `keep` or more beyond what some rank has delivered";
  explicit Window(const Schedule& schedule)
      : delivered_(schedule),
        keep_(coordbench::sequencer::Setting(schedule.shape).keep),
        ranks_(schedule.shape.ranks),
        given_(delivered_.shards(), 0) {}

  bool holds(const Step& step, const auto& /*world*/) {
    for (const auto& reached : step.reached) {
      const std::size_t shard = delivered_.shard_of(reached.operation);
      if (reached.mark == Sequencer::delivered)
        ++delivered_(step.rank, shard);
      else if (given_[shard]++ >= slowest(step.rank, shard) + keep_)
        return false;
    }
    return true;
  }

 private:
  /// Of all but the sequencer, which delivers in the same step.
  std::size_t slowest(Rank sequencer, std::size_t shard) {
    std::size_t least = SIZE_MAX - keep_;
    for (Rank rank = 0; rank < ranks_; ++rank)
      if (rank != sequencer) least = std::min(least, delivered_(rank, shard));
    return least;
  }

  Progress delivered_;
  std::size_t keep_;
  int ranks_;
  std::vector<std::size_t> given_;  ///< [shard]: how many numbers
};

}  // namespace coordbench::testing::sequencer
