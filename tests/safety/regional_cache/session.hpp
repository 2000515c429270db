#pragma once
// What a proposer that tracks versions is promised: Terry et al., PDIS 1994.

#include "tests/safety/regional_cache/versions.hpp"

namespace coordbench::testing::regional_cache {

inline bool tracks(const Schedule& schedule) { return schedule.shape["read_after_write"] == RegionalCache::client_tracks; }

struct ReadYourWrites {
  static constexpr std::string_view sentence =
      "Read your writes: with client_tracks a read returns the last write of its proposer that had been answered, or a newer "
      "one";
  explicit ReadYourWrites(const Schedule& schedule) : ReadYourWrites(schedule, tracks(schedule)) {}
  ReadYourWrites(const Schedule& schedule, bool is_promised) : is_promised_(is_promised), floors_(schedule) {}

  bool holds(const Step<RegionalCache>& step, const auto& world) {
    return floors_.holds(step, world, [](const Versions& versions, const auto& answer, bool is_read) {
      return is_read ? 0 : versions.of(answer.operation);
    }) || !is_promised_;
  }

 private:
  bool is_promised_;
  Floors floors_;
};

struct MonotonicReads {
  static constexpr std::string_view sentence =
      "Monotonic reads: with client_tracks a read returns nothing older than an earlier read of its proposer";
  explicit MonotonicReads(const Schedule& schedule) : MonotonicReads(schedule, tracks(schedule)) {}
  MonotonicReads(const Schedule& schedule, bool is_promised) : is_promised_(is_promised), floors_(schedule) {}

  bool holds(const Step<RegionalCache>& step, const auto& world) {
    return floors_.holds(step, world, [](const Versions& versions, const auto& answer, bool is_read) {
      return is_read ? versions.of(answer.of) : 0;
    }) || !is_promised_;
  }

 private:
  bool is_promised_;
  Floors floors_;
};

}  // namespace coordbench::testing::regional_cache
