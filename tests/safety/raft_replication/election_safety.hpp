#pragma once
// Ongaro, Ousterhout 2014, figure 3 and 5.2.

#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing::raft_replication {

struct ElectionSafety {
  static constexpr std::string_view sentence = "Election Safety: at most one leader is elected in a term";
  explicit ElectionSafety(const Schedule& /*schedule*/) {}

  bool holds(const Step& step, const auto& world) {
    const raft::Core* server = server_of(step, world);
    if (!server || !server->election.leads()) return true;
    return leaders_.emplace(server->election.term(), step.rank).first->second == step.rank;
  }

 private:
  std::map<raft::Term, Rank> leaders_;
};

}  // namespace coordbench::testing::raft_replication
