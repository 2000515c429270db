#pragma once
// The chance of the simulated world: small, fast, the same on every machine, unlike the distributions of the standard library.

#include <cmath>
#include <cstdint>

#include "harness/description.hpp"
#include "harness/pattern.hpp"

namespace coordbench::testing {

/// splitmix64: a seed is a sequence.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(mix(seed)) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    return mix(state_);
  }
  /// 0 … n - 1; n > 0.
  template <class Integer>
  Integer below(Integer n) {
    return static_cast<Integer>(next() % static_cast<std::uint64_t>(n));
  }
  /// least … most; least, where most is below it, as where a group of one has nobody else to choose from.
  template <class Integer>
  Integer between(Integer least, Integer most) {
    return most <= least ? least : least + below<Integer>(most - least + 1);
  }
  double uniform() { return static_cast<double>(next() >> 11U) * 0x1p-53; }
  bool chance(double probability) { return probability > 0 && uniform() < probability; }
  /// At least 1, on average about `mean`.
  Time exponential(Time mean) { return 1 + static_cast<Time>(-std::log1p(-uniform()) * static_cast<double>(mean)); }

 private:
  std::uint64_t state_;
};

}  // namespace coordbench::testing
