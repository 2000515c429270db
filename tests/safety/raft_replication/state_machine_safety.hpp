#pragma once
// Ongaro, Ousterhout 2014, figure 3 and 5.4.3. The digest of a state tells of every operation that went into it.

#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing::raft_replication {

struct StateMachineSafety {
  static constexpr std::string_view sentence =
      "State Machine Safety: servers that have applied the log up to the same index have applied the same operations";
  explicit StateMachineSafety(const Schedule& schedule) : applied_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}

  bool holds(const Step& step, const auto& world) {
    const raft::Core* server = server_of(step, world);
    if (!server) return true;
    raft::Index& applied = applied_[static_cast<std::size_t>(step.rank)];
    for (raft::Index index = std::max(applied, server->log.base()) + 1; index <= server->applied_index; ++index)
      if (entries_.emplace(index, entry_of(server->log, index)).first->second != entry_of(server->log, index)) return false;
    applied = server->applied_index;
    const State state{server->state.count(), server->state.digest()};
    return states_.emplace(server->applied_index, state).first->second == state;
  }

 private:
  struct State {
    std::uint32_t count, digest;
    friend bool operator==(const State&, const State&) = default;
  };
  std::map<raft::Index, Entry> entries_;
  std::map<raft::Index, State> states_;
  std::vector<raft::Index> applied_;  ///< [rank]
};

}  // namespace coordbench::testing::raft_replication
