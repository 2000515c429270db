#pragma once
// What the invariants of Raft ask of a simulated world.

#include <map>

#include "kernels/raft_replication.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::raft_replication {

using Step = testing::Step<RaftReplication>;

/// The server that stepped, or nullptr for a client.
inline const raft::Core* server_of(const Step& step, const auto& world) {
  return step.rank < world.shape().ranks ? &world.machine(step.rank).core() : nullptr;
}

/// An entry's identity.
struct Entry {
  raft::Term term = 0;
  std::int32_t operation = raft::Entry::no_op;
  friend bool operator==(const Entry&, const Entry&) = default;
};
inline Entry entry_of(const raft::Log& log, raft::Index index) { return {log[index].term, log[index].operation}; }

/// What an operation was answered with, at the rank that asked for it.
inline std::uint32_t answer_to(const RaftReplication& machine, Operation operation) {
  if (machine.is_client()) return machine.client().value_of(operation);
  std::uint32_t value = UINT32_MAX;
  return machine.core().answers.recall(operation, value) ? value : UINT32_MAX;
}

/// How many entries of the log all operations make, once all have been asked for: reads may be answered without one.
inline std::int64_t entries_proposed(const auto& world) {
  return world.proposed() - raft::Setting(world.shape()).reading.count_apart({0, world.proposed()});
}

/// The server that leads the latest term, -1 if none does.
inline Rank leader_of(const auto& world) {
  Rank leader = -1;
  for (Rank rank = 0; rank < world.shape().ranks; ++rank) {
    if (!world.machine(rank).core().election.leads()) continue;
    if (leader < 0 || world.machine(rank).core().election.term() > world.machine(leader).core().election.term()) leader = rank;
  }
  return leader;
}

/// The server that still leads an earlier term and may not know that it is deposed, or the only leader; -1 if nobody leads.
inline Rank oldest_leader_of(const auto& world) {
  Rank leader = -1;
  for (Rank rank = 0; rank < world.shape().ranks; ++rank) {
    if (!world.machine(rank).core().election.leads()) continue;
    if (leader < 0 || world.machine(rank).core().election.term() < world.machine(leader).core().election.term()) leader = rank;
  }
  return leader;
}

/// True if the step may have changed the server's log.
inline bool may_change_log(const Step& step) { return step.cause != Cause::crash && step.cause != Cause::flush; }

}  // namespace coordbench::testing::raft_replication
