#pragma once
// What the invariants of Raft ask of a simulated world.

#include <map>

#include "kernels/raft_replication.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing {

using RaftStep = Step<RaftReplication>;

/// The server that stepped, or nullptr for a client.
inline const RaftCore* server_of(const RaftStep& step, const auto& world) {
  return step.rank < world.shape().ranks ? &world.machine(step.rank).core() : nullptr;
}

/// An entry's identity.
struct Entry {
  RaftTerm term = 0;
  std::int32_t operation = RaftEntry::no_op;
  friend bool operator==(const Entry&, const Entry&) = default;
};
inline Entry entry_of(const RaftLog& log, RaftIndex index) { return {log[index].term, log[index].operation}; }

/// What an operation was answered with, at the rank that asked for it.
inline std::uint32_t answer_to(const RaftReplication& machine, Operation operation) {
  if (machine.is_client()) return machine.client().value_of(operation);
  std::uint32_t value = UINT32_MAX;
  return machine.core().recall(operation, value) ? value : UINT32_MAX;
}

/// True if the step may have changed the server's log.
inline bool may_change_log(const RaftStep& step) { return step.cause != Cause::crash && step.cause != Cause::flush; }

}  // namespace coordbench::testing
