#pragma once
// Total order (Défago, Schiper, Urbán 2004, 2.3), for each shard on its own and without gaps, of the ranks that take part.

#include "tests/safety/sequencer/world.hpp"

namespace coordbench::testing::sequencer {

struct TotalOrder {
  static constexpr std::string_view sentence =
      "Total order: of what two ranks that are not excluded have delivered in a shard, one is the beginning of the other";
  explicit TotalOrder(const Schedule& schedule)
      : shards_(static_cast<std::size_t>(schedule.shape["shards"])),
        delivered_(static_cast<std::size_t>(schedule.shape.ranks) * shards_) {}

  bool holds(const Step& step, const auto& world) {
    for (const auto& reached : step.reached) {
      if (reached.mark != Sequencer::delivered) continue;
      const std::size_t shard = static_cast<std::size_t>(reached.operation) % shards_;
      auto& own = of(step.rank, shard);
      own.push_back(reached.operation);
      for (Rank other = 0; other < world.shape().ranks; ++other) {
        const auto& theirs = of(other, shard);
        const bool counts = !world.configuration().is_down(other) && !world.configuration().is_down(step.rank);
        if (counts && theirs.size() >= own.size() && theirs[own.size() - 1] != reached.operation) return false;
      }
    }
    return true;
  }

 private:
  std::vector<Operation>& of(Rank rank, std::size_t shard) {
    return delivered_[static_cast<std::size_t>(rank) * shards_ + shard];
  }

  std::size_t shards_;
  std::vector<std::vector<Operation>> delivered_;  ///< [rank, shard]: in order
};

}  // namespace coordbench::testing::sequencer
