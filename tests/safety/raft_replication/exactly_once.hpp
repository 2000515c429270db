#pragma once
// Ongaro, Ousterhout 2014, 8: a request that is sent again is not carried out again.

#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing {

struct ExactlyOnce {
  static constexpr std::string_view sentence = "Exactly Once: an operation is applied at one index of the log";
  explicit ExactlyOnce(const Schedule& schedule) : index_(static_cast<std::size_t>(schedule.operations), 0) {}

  bool holds(const RaftStep& step, const auto& world) {
    const RaftCore* server = server_of(step, world);
    if (!server) return true;
    for (RaftIndex index = server->applied_index; index > server->log.base(); --index) {
      const std::int32_t operation = server->log[index].operation;
      if (operation == RaftEntry::no_op) continue;
      RaftIndex& known = index_[static_cast<std::size_t>(operation)];
      if (known == index) break;  // those before it were looked at with it
      if (known != 0) return false;
      known = index;
    }
    return true;
  }

 private:
  std::vector<RaftIndex> index_;  ///< [operation]: where it was applied, 0: nowhere yet
};

}  // namespace coordbench::testing
