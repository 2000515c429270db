#pragma once
// What every invariant of a fixed sequencer looks at: whose shard an operation is in, and how far each rank has got in each.

#include <vector>

#include "kernels/sequencer.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::sequencer {

using Step = testing::Step<Sequencer>;

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
