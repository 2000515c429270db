#pragma once
// Ongaro, Ousterhout 2014, figure 3 and 5.4.3. The digest of a state tells of every operation that went into it.

#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing {

struct StateMachineSafety {
  static constexpr std::string_view sentence =
      "State Machine Safety: servers that have applied the log up to the same index have applied the same operations";
  explicit StateMachineSafety(const Schedule& schedule) : applied_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}

  bool holds(const RaftStep& step, const auto& world) {
    const RaftCore* server = server_of(step, world);
    if (!server) return true;
    RaftIndex& applied = applied_[static_cast<std::size_t>(step.rank)];
    for (RaftIndex index = std::max(applied, server->log.base()) + 1; index <= server->applied_index; ++index)
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
  std::map<RaftIndex, Entry> entries_;
  std::map<RaftIndex, State> states_;
  std::vector<RaftIndex> applied_;  ///< [rank]
};

}  // namespace coordbench::testing
