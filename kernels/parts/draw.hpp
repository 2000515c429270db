#pragma once
// Chance for a machine, which has none of its own: every draw is a function of the numbers that a draw is made from, so a seed
// is a replay, and ranks that start from the same numbers draw the same.

#include <cstdint>

#include "harness/protocol.hpp"

namespace coordbench {

class Draw {
 public:
  /// For example Draw(shape.seed, operation, self). Any difference in a number, or in their order, gives other draws.
  template <class... Numbers>
  explicit Draw(std::uint64_t seed, Numbers... numbers) : key_(key_of(seed, static_cast<std::uint64_t>(numbers)...)) {}

  /// Uniform in [0, bound), without bias; bound is at least 1. It multiplies, and divides about once in 2^32 / bound draws. A
  /// product whose low half is below 2^32 mod bound is drawn again, because some results would come up once more than others.
  /// Source: Lemire, ACM TOMACS 29(1) 2019.
  int below(int bound) {
    const auto range = static_cast<std::uint32_t>(bound);
    std::uint64_t product = next() * range;
    if (static_cast<std::uint32_t>(product) < range) {
      const std::uint32_t surplus = (0U - range) % range;
      while (static_cast<std::uint32_t>(product) < surplus) product = next() * range;
    }
    return static_cast<int>(product >> 32U);
  }

 private:
  static std::uint64_t key_of(std::uint64_t last) { return mix(last); }
  template <class... Numbers>
  static std::uint64_t key_of(std::uint64_t first, Numbers... others) {
    return mix(first ^ key_of(others...));
  }

  /// Below 2^32.
  std::uint64_t next() { return mix(key_ ^ ++drawn_) >> 32U; }

  std::uint64_t key_;
  std::uint64_t drawn_ = 0;
};

}  // namespace coordbench
