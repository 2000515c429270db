#pragma once
// What every invariant of a fixed sequencer looks at: whose shard an operation is in, and how far each rank has got in each.

#include <vector>

#include "kernels/sequencer.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::sequencer {

using Step = testing::Step<Sequencer>;

/// Which rank orders a shard, as a rank knows it: N - 1 - shard, or the next one below it that is not excluded.
inline Rank seat_of(std::size_t shard, const Configuration& configuration, int ranks) {
  Rank seat = ranks - 1 - static_cast<Rank>(shard);
  while (configuration.is_down(seat)) seat = (seat + ranks - 1) % ranks;
  return seat;
}

/// A count for each rank and shard.
class Progress {
 public:
  explicit Progress(const Schedule& schedule)
      : shards_(schedule.shape["shards"]), counts_(static_cast<std::size_t>(schedule.shape.ranks * shards_), 0) {}
  [[nodiscard]] std::size_t shard_of(Operation operation) const { return static_cast<std::size_t>(operation % shards_); }
  [[nodiscard]] std::size_t shards() const { return static_cast<std::size_t>(shards_); }
  std::size_t& operator()(Rank rank, std::size_t shard) { return counts_[static_cast<std::size_t>(rank) * shards() + shard]; }

 private:
  std::int64_t shards_;
  std::vector<std::size_t> counts_;  ///< [rank, shard]
};

}  // namespace coordbench::testing::sequencer
