#pragma once
// Ongaro 2014, figure 3.2 and 3.4.

#include <map>

#include "kernels/leader_election.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::leader_election {

struct ElectionSafety {
  static constexpr std::string_view sentence = "Election Safety: at most one leader is elected in a term";
  explicit ElectionSafety(const Schedule& /*schedule*/) {}

  bool holds(const auto& step, const auto& world) {
    const raft::Election& server = world.machine(step.rank).election();
    return !server.leads() || leaders_.emplace(server.term(), step.rank).first->second == step.rank;
  }

 private:
  std::map<raft::Term, Rank> leaders_{};
};

}  // namespace coordbench::testing::leader_election
