#pragma once
// Whatever the network does: a fold is the sum of what came.

#include "tests/safety/event_log/folds.hpp"

namespace coordbench::testing::event_log {

struct FoldedOnce {
  static constexpr std::string_view sentence =
      "Folded once: a replica's fold is the sum of its own events and of all that came, each once";
  explicit FoldedOnce(const Schedule& schedule)
      : digests_(digests_of(schedule)), has_(schedule), due_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    Due& due = due_[static_cast<std::size_t>(step.rank)];
    if (const Operation k = delivered(step); k >= 0) add(k, step.rank, due);
    for (const auto& reached : step.reached)
      if (reached.mark == EventLog::appended) add(reached.operation, step.rank, due);
    return world.machine(step.rank).fold() == due.fold && world.machine(step.rank).applied() == due.events;
  }

 private:
  struct Due {
    std::uint64_t fold = 0;
    std::int64_t events = 0;
  };
  void add(Operation k, Rank rank, Due& due) {
    if (std::exchange(has_(k, rank), 1) != 0) return;
    due.fold += digests_[static_cast<std::size_t>(k)];
    ++due.events;
  }

  std::vector<std::uint64_t> digests_;
  common::Ledger<char> has_;
  std::vector<Due> due_;  ///< [replica]
};

}  // namespace coordbench::testing::event_log
