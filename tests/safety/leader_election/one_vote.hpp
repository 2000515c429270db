#pragma once
// Ongaro 2014, 3.4: each server votes for at most one candidate in a term, over restarts too; and 3.3: terms only grow.

#include "kernels/leader_election.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::leader_election {

struct OneVote {
  static constexpr std::string_view sentence = "One vote: within a term a server never changes the candidate it voted for";
  explicit OneVote(const Schedule& schedule) : votes_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const auto& step, const auto& world) {
    const raft::Election& server = world.machine(step.rank).election();
    Vote& last = votes_[static_cast<std::size_t>(step.rank)];
    const Vote now{server.term(), server.voted_for()};
    if (now.term < last.term) return false;
    if (now.term == last.term && last.candidate != raft::Election::nobody && now.candidate != last.candidate) return false;
    last = now;
    return true;
  }

 private:
  struct Vote {
    raft::Term term = 0;
    Rank candidate = raft::Election::nobody;
  };
  std::vector<Vote> votes_;  ///< [rank]
};

}  // namespace coordbench::testing::leader_election
