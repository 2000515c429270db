#pragma once
// Herlihy, Wing, TOPLAS 12(3) 1990. Each operation reads and increments one counter, so its value is its place in the order,
// and a history is linearizable if values are distinct and never run against real time.

#include <set>

#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing {

struct Linearizability {
  static constexpr std::string_view sentence =
      "Linearizability: what clients are told fits one order, in which nothing precedes what was answered before it was asked";
  explicit Linearizability(const Schedule& schedule) : least_(static_cast<std::size_t>(schedule.operations), 0) {}

  bool holds(const RaftStep& step, const auto& world) {
    if (step.cause == Cause::propose) least_[static_cast<std::size_t>(step.operation)] = next_;
    for (const auto& reached : step.reached) {
      if (reached.mark != RaftReplication::answered) continue;
      const std::uint32_t value = answer_to(world.machine(step.rank), reached.operation);
      if (value < least_[static_cast<std::size_t>(reached.operation)] || !values_.insert(value).second) return false;
      next_ = std::max(next_, value + 1);
    }
    return true;
  }

 private:
  std::vector<std::uint32_t> least_;  ///< [operation]: above all values that were known when it was asked for
  std::uint32_t next_ = 0;
  std::set<std::uint32_t> values_;
};

}  // namespace coordbench::testing
