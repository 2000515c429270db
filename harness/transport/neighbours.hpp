#pragma once
// Who shares this rank's node: asked for every message, so that those that cross the network can be counted apart.

#include <cstdint>
#include <limits>
#include <span>

#include "harness/description.hpp"

namespace coordbench {

class Neighbours {
 public:
  /// Everybody is one.
  Neighbours() = default;
  /// Ranks [first, first + count).
  Neighbours(Rank first, int count) : first_(first), count_(static_cast<unsigned>(count)) {}
  /// Those for whom `away[rank]` is 0; it must outlive this.
  explicit Neighbours(std::span<const std::uint8_t> away) : away_(away) {}

  [[nodiscard]] bool are_apart_from(Rank rank) const {
    if (!away_.empty()) [[unlikely]]
      return away_[static_cast<std::size_t>(rank)] != 0;
    return static_cast<unsigned>(rank - first_) >= count_;
  }

 private:
  Rank first_ = 0;
  unsigned count_ = static_cast<unsigned>(std::numeric_limits<int>::max());
  std::span<const std::uint8_t> away_{};
};

}  // namespace coordbench
