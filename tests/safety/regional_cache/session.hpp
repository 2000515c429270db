#pragma once
// What a proposer is promised of its own operations: Terry et al., PDIS 1994. Reads are monotonic without tracking, too,
// because a proposer asks one cache, which never goes back.

#include "tests/safety/regional_cache/versions.hpp"

namespace coordbench::testing::regional_cache {

inline bool tracks(const Schedule& schedule) { return schedule.shape["read_after_write"] == RegionalCache::client_tracks; }

struct ReadYourWrites {
  static constexpr std::string_view sentence =
      "Read your writes: with client_tracks a read returns the last write of its proposer that had been answered, or a newer "
      "one";
  explicit ReadYourWrites(const Schedule& schedule)
      : ReadYourWrites(schedule, schedule.shape["read_after_write"] == RegionalCache::client_tracks) {}
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
      "Monotonic reads: a read returns nothing older than an earlier read of its proposer";
  explicit MonotonicReads(const Schedule& schedule) : floors_(schedule) {}

  bool holds(const Step<RegionalCache>& step, const auto& world) {
    return floors_.holds(step, world, [](const Versions& versions, const auto& answer, bool is_read) {
      return is_read ? versions.of(answer.of) : 0;
    });
  }

 private:
  Floors floors_;
};

}  // namespace coordbench::testing::regional_cache
