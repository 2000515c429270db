#pragma once
// A rank's own clock: it drifts from the world's by a constant rate.

#include "harness/description.hpp"

namespace coordbench::testing {

class LocalClock {
 public:
  explicit LocalClock(std::int64_t drift_per_million = 0) : drift_(drift_per_million) {}

  /// What this clock shows when the world's shows `world`; never decreases.
  [[nodiscard]] Time shows(Time world) const { return drift_ == 0 ? world : world + world / kMillion * drift_ + rest(world); }

  /// The first instant of the world, which begins at 0, at which this clock shows at least `local`.
  [[nodiscard]] Time when_it_shows(Time local) const {
    if (local <= 0) return 0;
    if (drift_ == 0 || local == kNever) return local;
    Time world = static_cast<Time>(static_cast<double>(local) / (1 + static_cast<double>(drift_) / kMillion));
    while (world > 0 && shows(world - 1) >= local) --world;
    while (shows(world) < local) ++world;
    return world;
  }

 private:
  static constexpr Time kMillion = 1'000'000;
  [[nodiscard]] Time rest(Time world) const { return world % kMillion * drift_ / kMillion; }

  std::int64_t drift_;
};

}  // namespace coordbench::testing
