#pragma once
// Which rank orders a shard in a configuration: rank N - 1 - s, or the next one below it that takes part.

#include <vector>

#include "kernels/sequencer/setting.hpp"

namespace coordbench::sequencer {

class Seats {
 public:
  explicit Seats(const Setting& setting) : ranks_(setting.ranks), seats_(setting.shards.by()) { configure({}); }

  void configure(const Configuration& configuration) {
    for (std::size_t shard = 0; shard < seats_.size(); ++shard) {
      Rank seat = ranks_ - 1 - static_cast<Rank>(shard);
      while (configuration.is_down(seat)) seat = seat > 0 ? seat - 1 : ranks_ - 1;
      seats_[shard] = seat;
    }
  }
  [[nodiscard]] Rank of(std::size_t shard) const { return seats_[shard]; }

 private:
  int ranks_;
  std::vector<Rank> seats_;  ///< [shard]
};

}  // namespace coordbench::sequencer
