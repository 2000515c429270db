#pragma once
// What marks and answers say: who has won, who follows.

#include <map>
#include <set>

#include "kernels/leader_election.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::leader_election {

struct Mandate {
  static constexpr std::string_view sentence =
      "Mandate: a server names only a leader that has won in this election, and calls it established only if a majority has "
      "accepted it in one term; each mark comes once";
  explicit Mandate(const Schedule& schedule)
      : ranks_(static_cast<std::size_t>(schedule.shape.ranks)), accepted_(ranks_), told_(ranks_) {}

  bool holds(const auto& step, const auto& world) {
    const LeaderElection& server = world.machine(step.rank);
    const Operation k = server.operation();
    if (server.election().leads()) winners_[k].insert(step.rank);
    if (step.cause == Cause::deliver && step.message->kind == LeaderElection::Kind::accepted)
      accepted_[static_cast<std::size_t>(step.rank)][{step.message->first, step.message->term}].insert(step.from);
    if (server.is_established() && !has_majority(step.rank, k, server.election().term())) return false;
    if (server.is_established()) established_.insert(k);
    for (const auto& reached : step.reached) {
      if (!told_[static_cast<std::size_t>(step.rank)].emplace(reached.operation, reached.mark).second) return false;
      if (reached.operation != k) return false;
      if (reached.mark == LeaderElection::won && !server.election().leads()) return false;
      if (reached.mark == LeaderElection::established && established_.count(k) == 0) return false;
    }
    for (const auto& answer : step.answered)
      if (winners_[answer.operation].count(static_cast<Rank>(answer.outcome)) == 0) return false;
    return true;
  }

 private:
  [[nodiscard]] bool has_majority(Rank rank, Operation k, raft::Term term) {
    const auto& accepted = accepted_[static_cast<std::size_t>(rank)][{static_cast<std::uint32_t>(k), term}];
    return 2 * (accepted.size() + 1) > ranks_;
  }

  std::size_t ranks_;
  std::map<Operation, std::set<Rank>> winners_{};
  std::set<Operation> established_{};
  std::vector<std::map<std::pair<std::uint32_t, raft::Term>, std::set<Rank>>> accepted_;  ///< [leader]
  std::vector<std::set<std::pair<Operation, int>>> told_;                                 ///< [rank]: marks
};

}  // namespace coordbench::testing::leader_election
