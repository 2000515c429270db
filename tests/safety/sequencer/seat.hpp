#pragma once
// What makes a sequencer fixed: it alone gives numbers, and gives each operation one.

#include <set>

#include "tests/safety/sequencer/world.hpp"

namespace coordbench::testing::sequencer {

struct Seat {
  static constexpr std::string_view sentence =
      "Seat: in an epoch an operation is ordered once, by the sequencer of its shard, before anybody delivers it";
  explicit Seat(const Schedule& schedule)
      : shards_(schedule.shape["shards"]), ordered_(static_cast<std::size_t>(schedule.operations)) {}

  bool holds(const Step& step, const auto& world) {
    const Configuration& configuration = world.machine(step.rank).configuration();
    for (const auto& reached : step.reached) {
      auto& epochs = ordered_[static_cast<std::size_t>(reached.operation)];
      if (reached.mark != Sequencer::ordered) {
        if (epochs.empty()) return false;
        continue;
      }
      const auto shard = static_cast<std::size_t>(reached.operation % shards_);
      if (step.rank != seat_of(shard, configuration, world.shape().ranks)) return false;
      if (!epochs.insert(configuration.epoch).second) return false;
    }
    return true;
  }

 private:
  std::int64_t shards_;
  std::vector<std::set<std::uint32_t>> ordered_;  ///< [operation]: in which epochs
};

}  // namespace coordbench::testing::sequencer
