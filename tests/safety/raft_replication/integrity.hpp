#pragma once
// An answer has the payload that was proposed. A read has the payload of the write that it names.

#include "tests/safety/common/integrity.hpp"
#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing::raft_replication {

struct Integrity : common::Integrity<RaftReplication> {
  using Base = common::Integrity<RaftReplication>;
  using Base::Base;
  static constexpr std::string_view sentence =
      "Integrity: what a rank answers is the payload that was proposed, and a read returns the one that its write had";

  bool holds(const Step& step, const auto& world) const {
    const bool has_bytes = world.shape().payload_bytes > 0;
    return Base::holds(step, world) && std::all_of(step.answered.begin(), step.answered.end(), [&](const auto& answer) {
             const bool is_read = answer.of >= 0 && answer.of != answer.operation;
             return !is_read || (world.was_proposed(answer.of) && (answer.has_payload || !has_bytes));
           });
  }
};

}  // namespace coordbench::testing::raft_replication
