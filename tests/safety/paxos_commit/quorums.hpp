#pragma once
// Where decisions come from (Gray, Lamport 2006, section 4).

#include "tests/safety/paxos_commit/instances.hpp"

namespace coordbench::testing::paxos_commit {

struct Quorums {
  static constexpr std::string_view sentence =
      "Quorums: commit follows if F + 1 acceptors have accepted every yes, abort if they have accepted a no; who votes no "
      "aborts "
      "alone";
  explicit Quorums(const Schedule& schedule)
      : ranks_(schedule.shape.ranks),
        votes_(schedule.shape),
        has_no_(static_cast<std::size_t>(schedule.operations), false),
        instances_(schedule) {}

  bool holds(const Step<PaxosCommit>& step, const auto& world) {
    every_changed(step, world, [&](Operation k) { return instances_.follow(k, step.rank, world), true; });
    return std::all_of(step.answered.begin(), step.answered.end(), [&](const auto& answer) {
      if (answer.outcome == commit::committed) return is_every_one_prepared(answer.operation);
      const auto k = static_cast<std::size_t>(answer.operation);
      has_no_[k] = has_no_[k] || (step.rank > 0 && votes_.refuses(step.rank));
      return has_no_[k] || is_any_aborted(answer.operation);
    });
  }

 private:
  [[nodiscard]] bool is_every_one_prepared(Operation k) const {
    for (Rank manager = 1; manager < ranks_; ++manager)
      if (instances_.chosen(k, manager) != Value::prepared) return false;
    return true;
  }
  [[nodiscard]] bool is_any_aborted(Operation k) const {
    for (Rank manager = 1; manager < ranks_; ++manager)
      if (instances_.chosen(k, manager) == Value::aborted) return true;
    return false;
  }

  int ranks_;
  commit::Votes votes_;
  std::vector<bool> has_no_;  ///< [transaction]
  Instances instances_;
};

}  // namespace coordbench::testing::paxos_commit
