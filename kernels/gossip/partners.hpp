#pragma once
// Whom a rank calls in a round: a pure function of seed, operation, round and rank, so that a seed is a replay.

#include <algorithm>
#include <array>

#include "kernels/parts/draw.hpp"

namespace coordbench::gossip {

inline constexpr int kFanoutMax = 16;

/// The ranks that one rank calls in one round.
class Partners {
 public:
  /// `fanout` distinct ranks other than `self`, or all of them if they are fewer; every set is equally likely. Source: Bentley,
  /// Floyd, CACM 30(9) 1987 (a sample without replacement).
  Partners(const Shape& shape, int fanout, Operation operation, int round, Rank self) {
    Draw draw(shape.seed, operation, static_cast<std::uint64_t>(round) << 32U | static_cast<std::uint32_t>(self));
    const int others = shape.ranks - 1;
    for (int last = std::max(0, others - fanout); last < others; ++last) {
      const int drawn = draw.below(last + 1);
      places_[count_] = std::find(begin(), end(), drawn) == end() ? drawn : last;
      ++count_;
    }
    for (std::size_t i = 0; i < count_; ++i) places_[i] += places_[i] >= self ? 1 : 0;  // a place among the others → a rank
  }

  [[nodiscard]] const Rank* begin() const { return places_.data(); }
  [[nodiscard]] const Rank* end() const { return places_.data() + count_; }

 private:
  std::array<Rank, kFanoutMax> places_{};
  std::size_t count_ = 0;
};

}  // namespace coordbench::gossip
