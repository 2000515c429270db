#pragma once
// How long two ranks may lead: a rank that comes back takes over from the one that led meanwhile, which learns of it by
// message.

#include <algorithm>

#include "kernels/bully_election.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::bully_election {

struct OneLeader {
  static constexpr std::string_view sentence =
      "One leader: two live ranks lead the same election for no longer than a few messages take";
  explicit OneLeader(const Schedule& schedule)
      : patience_(8 * std::max(schedule.faults.delay_least_ns, schedule.faults.delay_most_ns)) {}

  bool holds(const auto& step, const auto& world) {
    since_ = leaders_of_newest(world) < 2 ? kNever : std::min(since_, step.at);
    return since_ == kNever || step.at - since_ <= patience_;
  }
  bool holds_at_end(const auto& world) const { return leaders_of_newest(world) < 2; }

 private:
  /// Of the newest election that a rank leads.
  static int leaders_of_newest(const auto& world) {
    int leaders = 0;
    Operation newest = -1;
    for (Rank rank = 0; rank < world.shape().ranks; ++rank) {
      const Operation k = world.machine(rank).operation();
      if (!leads(world, rank) || k < newest) continue;
      leaders = k > newest ? 1 : leaders + 1;
      newest = k;
    }
    return leaders;
  }
  static bool leads(const auto& world, Rank rank) { return world.is_up(rank) && world.machine(rank).coordinator() == rank; }

  Time patience_, since_ = kNever;
};

}  // namespace coordbench::testing::bully_election
