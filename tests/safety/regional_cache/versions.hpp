#pragma once
// The master's order, and what a proposer had seen of it when it asked.

#include <algorithm>
#include <vector>

#include "kernels/regional_cache.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::regional_cache {

/// The version that each write has got; follow it from step to step.
class Versions {
 public:
  explicit Versions(const Schedule& schedule) : versions_(static_cast<std::size_t>(schedule.operations) + 1, 0) {}

  void follow(const Step<RegionalCache>& step, const auto& world) {
    const RegionalCache& master = world.machine(0);
    if (step.rank != 0 || (master.writer() == writer_ && master.version() == writes_)) return;
    writer_ = master.writer();
    std::uint32_t& version = versions_[static_cast<std::size_t>(writer_ + 1)];
    is_in_order_ &= version == 0 && master.version() == ++writes_;
    version = master.version();
  }
  /// 0: none yet, and of Answer::initial.
  [[nodiscard]] std::uint32_t of(Operation write) const { return versions_[static_cast<std::size_t>(write + 1)]; }
  [[nodiscard]] bool is_in_order() const { return is_in_order_; }

 private:
  std::vector<std::uint32_t> versions_;  ///< [write + 1]
  Operation writer_ = Answer::initial;
  std::uint32_t writes_ = 0;
  bool is_in_order_ = true;
};

struct Order {
  static constexpr std::string_view sentence = "Order: the master takes each write once, and numbers them one by one";
  explicit Order(const Schedule& schedule) : versions_(schedule) {}

  bool holds(const Step<RegionalCache>& step, const auto& world) {
    versions_.follow(step, world);
    return versions_.is_in_order();
  }

 private:
  Versions versions_;
};

/// A read returns at least the version that `noted` had reached when it was asked for.
class Floors {
 public:
  explicit Floors(const Schedule& schedule)
      : versions_(schedule),
        noted_(static_cast<std::size_t>(schedule.shape.ranks), 0),
        least_(static_cast<std::size_t>(schedule.operations), 0) {}

  /// `sees(versions, answer)` is the version that the proposer has seen by an answer of its own.
  bool holds(const Step<RegionalCache>& step, const auto& world, auto&& sees) {
    versions_.follow(step, world);
    if (step.cause == Cause::propose) least_[static_cast<std::size_t>(step.operation)] = at(step.rank);
    for (const auto& answer : step.answered) {
      const bool is_read = RegionalCache::kind(world.shape(), answer.operation) == 1;
      if (is_read && versions_.of(answer.of) < least_[static_cast<std::size_t>(answer.operation)]) return false;
      note(step.rank, sees(versions_, answer, is_read));
    }
    return true;
  }
  void note(Rank rank, std::uint32_t version) { at(rank) = std::max(at(rank), version); }

 private:
  std::uint32_t& at(Rank rank) { return noted_[static_cast<std::size_t>(rank)]; }

  Versions versions_;
  std::vector<std::uint32_t> noted_;  ///< [rank]
  std::vector<std::uint32_t> least_;  ///< [operation]
};

}  // namespace coordbench::testing::regional_cache
