#pragma once
// Total order (Défago, Schiper, Urbán 2004, 2.3), for each shard on its own and without gaps.

#include "tests/safety/sequencer/world.hpp"

namespace coordbench::testing::sequencer {

struct TotalOrder {
  static constexpr std::string_view sentence =
      "Total order: of what two ranks have delivered in a shard, one is the beginning of the other";
  explicit TotalOrder(const Schedule& schedule) : delivered_(schedule), order_(delivered_.shards()) {}

  bool holds(const Step& step, const auto& /*world*/) {
    for (const auto& reached : step.reached) {
      if (reached.mark != Sequencer::delivered) continue;
      const std::size_t shard = delivered_.shard_of(reached.operation);
      const std::size_t place = delivered_(step.rank, shard)++;
      if (place == order_[shard].size()) order_[shard].push_back(reached.operation);
      if (order_[shard][place] != reached.operation) return false;
    }
    return true;
  }

 private:
  Progress delivered_;
  std::vector<std::vector<Operation>> order_;  ///< [shard, place]
};

}  // namespace coordbench::testing::sequencer
