#pragma once
// What a cache knows to be old is not shown, and caches know in the end.

#include <vector>

#include "tests/safety/common/rest.hpp"
#include "tests/safety/regional_cache/versions.hpp"

namespace coordbench::testing::regional_cache {

struct Invalidation {
  static constexpr std::string_view sentence =
      "Invalidation: a read returns nothing older than what its region's cache had been told of when it was asked for";
  explicit Invalidation(const Schedule& schedule)
      : versions_(schedule),
        told_(static_cast<std::size_t>(schedule.shape.ranks), 0),
        least_(static_cast<std::size_t>(schedule.operations), 0) {}

  bool holds(const Step<RegionalCache>& step, const auto& world) {
    versions_.follow(step, world);
    const auto cache = static_cast<std::size_t>(RegionalCache::cache_of(world.shape(), step.rank));
    if (step.cause == Cause::deliver && step.message->kind == RegionalCache::Kind::invalidate)
      told_[cache] = std::max(told_[cache], step.message->version);
    if (step.cause == Cause::propose) least_[static_cast<std::size_t>(step.operation)] = told_[cache];
    return std::all_of(step.answered.begin(), step.answered.end(), [&](const auto& answer) {
      return RegionalCache::kind(world.shape(), answer.operation) == 0 ||
             versions_.of(answer.of) >= least_[static_cast<std::size_t>(answer.operation)];
    });
  }

 private:
  Versions versions_;
  std::vector<std::uint32_t> told_;   ///< [cache]
  std::vector<std::uint32_t> least_;  ///< [operation]
};

struct Monotony {
  static constexpr std::string_view sentence = "Monotony: no cache replaces its value by an older one";
  explicit Monotony(const Schedule& schedule) : held_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}

  bool holds(const Step<RegionalCache>& step, const auto& world) {
    const std::uint32_t now = world.machine(step.rank).version();
    return std::exchange(held_[static_cast<std::size_t>(step.rank)], now) <= now;
  }

 private:
  std::vector<std::uint32_t> held_;  ///< [rank]
};

struct Convergence {
  static constexpr std::string_view sentence =
      "Convergence: once failures are repaired, or if nothing was lost, a cache shows the master's value, or fetches it";
  explicit Convergence(const Schedule& schedule) : Convergence(schedule, schedule.shape["timeout_us"] > 0) {}
  Convergence(const Schedule& /*schedule*/, bool sends_again) : sends_again_(sends_again) {}

  bool holds_at_end(const auto& world) const {
    if (!sends_again_ && !common::has_lost_nothing(world.happened())) return true;
    for (Rank rank = 0; rank < world.size(); ++rank) {
      const RegionalCache& cache = world.machine(rank);
      if (cache.hits() && (cache.version() != world.machine(0).version() || cache.writer() != world.machine(0).writer()))
        return false;
    }
    return true;
  }

 private:
  bool sends_again_;
};

struct Termination {
  static constexpr std::string_view sentence =
      "Termination: once failures are repaired, or if nothing was lost, every operation ends, and nobody sends again";
  explicit Termination(const Schedule& schedule)
      : operations_(schedule.operations), sends_again_(schedule.shape["timeout_us"] > 0) {}

  bool holds_at_end(const auto& world) const {
    if (!sends_again_ && !common::has_lost_nothing(world.happened())) return true;
    for (Operation k = 0; k < operations_; ++k)
      if (world.was_proposed(k) && !world.has_ended(k)) return false;
    for (Rank rank = 0; rank < world.size(); ++rank)
      if (world.is_up(rank) && world.machine(rank).deadline() != kNever) return false;
    return true;
  }

 private:
  std::int64_t operations_;
  bool sends_again_;
};

}  // namespace coordbench::testing::regional_cache
