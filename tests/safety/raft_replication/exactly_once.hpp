#pragma once
// Ongaro, Ousterhout 2014, 8: a request that is sent again is not carried out again.

#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing::raft_replication {

struct ExactlyOnce {
  static constexpr std::string_view sentence = "Exactly Once: an operation is applied at one index of the log";
  explicit ExactlyOnce(const Schedule& schedule) : index_(static_cast<std::size_t>(schedule.operations), 0) {}

  bool holds(const Step& step, const auto& world) {
    const raft::Core* server = server_of(step, world);
    if (!server) return true;
    for (raft::Index index = server->applied_index; index > server->log.base(); --index) {
      const std::int32_t operation = server->log[index].operation;
      if (operation == raft::Entry::no_op) continue;
      raft::Index& known = index_[static_cast<std::size_t>(operation)];
      if (known == index) break;  // those before it were looked at with it
      if (known != 0) return false;
      known = index;
    }
    return true;
  }

 private:
  std::vector<raft::Index> index_;  ///< [operation]: where it was applied, 0: nowhere yet
};

}  // namespace coordbench::testing::raft_replication
