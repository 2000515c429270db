#pragma once
// Whom a rank calls in a round: a pure function of seed, operation, round and rank, so that a seed is a replay.

#include <algorithm>
#include <array>
#include <cstdint>

#include "harness/protocol.hpp"

namespace coordbench {

inline constexpr int kGossipFanoutMax = 16;

/// The ranks that one rank calls in one round.
class GossipPartners {
 public:
  /// `fanout` distinct ranks other than `self`, or all of them if they are fewer; every set is equally likely. Source: Bentley,
  /// Floyd, CACM 30(9) 1987 (a sample without replacement).
  GossipPartners(const Shape& shape, int fanout, Operation operation, int round, Rank self)
      : key_(key_of(shape.seed, operation, round, self)) {
    const int others = shape.ranks - 1;
    for (int last = std::max(0, others - fanout); last < others; ++last) {
      const int drawn = below(last + 1);
      places_[count_] = std::find(begin(), end(), drawn) == end() ? drawn : last;
      ++count_;
    }
    for (std::size_t i = 0; i < count_; ++i) places_[i] += places_[i] >= self ? 1 : 0;  // a place among the others → a rank
  }

  [[nodiscard]] const Rank* begin() const { return places_.data(); }
  [[nodiscard]] const Rank* end() const { return places_.data() + count_; }

 private:
  static std::uint64_t key_of(std::uint64_t seed, Operation operation, int round, Rank self) {
    const auto caller = static_cast<std::uint64_t>(round) << 32U | static_cast<std::uint32_t>(self);
    return mix(seed ^ mix(static_cast<std::uint64_t>(operation) ^ mix(caller)));
  }

  /// Uniform in [0, bound). A product's low half below 2^32 mod bound is drawn again: some results would come up once more
  /// than others. Source: Lemire, ACM TOMACS 29(1) 2019.
  int below(int bound) {
    const auto range = static_cast<std::uint32_t>(bound);
    const std::uint32_t surplus = (0U - range) % range;
    for (;;) {
      const std::uint64_t product = (mix(key_ ^ ++draws_) >> 32U) * range;
      if (static_cast<std::uint32_t>(product) >= surplus) return static_cast<int>(product >> 32U);
    }
  }

  std::uint64_t key_;
  std::uint64_t draws_ = 0;
  std::array<Rank, kGossipFanoutMax> places_{};
  std::size_t count_ = 0;
};

}  // namespace coordbench
