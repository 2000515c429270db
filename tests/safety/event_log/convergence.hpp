#pragma once
// Strong eventual consistency, in the end.

#include "tests/safety/common/rest.hpp"
#include "tests/safety/event_log/folds.hpp"

namespace coordbench::testing::event_log {

struct Convergence {
  static constexpr std::string_view sentence =
      "Convergence: once failures are repaired, or if nothing was lost, every fold is the sum of all events";
  explicit Convergence(const Schedule& schedule) : digests_(digests_of(schedule)), resends_(schedule.shape["resend_us"] > 0) {}

  bool holds_at_end(const auto& world) const {
    if (!resends_ && !common::has_lost_nothing(world.happened())) return true;
    std::uint64_t all = 0;
    for (std::size_t k = 0; k < digests_.size(); ++k)
      if (world.was_proposed(static_cast<Operation>(k))) all += digests_[k];
    for (Rank rank = 0; rank < world.size(); ++rank)
      if (world.machine(rank).fold() != all) return false;
    return true;
  }

 private:
  std::vector<std::uint64_t> digests_;
  bool resends_;
};

}  // namespace coordbench::testing::event_log
