#pragma once
// Ongaro, Ousterhout 2014, 5.2: one vote in a term, first come, first served, over restarts too; and 5.1: terms only grow.

#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing::raft_replication {

struct OneVote {
  static constexpr std::string_view sentence = "One Vote: within a term a server never changes whom it voted for";
  explicit OneVote(const Schedule& schedule) : votes_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    const raft::Core* server = server_of(step, world);
    if (!server) return true;
    Vote& last = votes_[static_cast<std::size_t>(step.rank)];
    const Vote now{server->election.term(), server->election.voted_for()};
    if (now.term < last.term) return false;
    if (now.term == last.term && last.for_whom != raft::Election::nobody && now.for_whom != last.for_whom) return false;
    last = now;
    return true;
  }

 private:
  struct Vote {
    raft::Term term = 0;
    Rank for_whom = raft::Election::nobody;
  };
  std::vector<Vote> votes_;  ///< [rank]
};

}  // namespace coordbench::testing::raft_replication
