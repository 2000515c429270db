#pragma once
// What is applied is what was asked.

#include <algorithm>

#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing {

struct RaftIntegrity {
  static constexpr std::string_view sentence = "Integrity: what a server applies is the payload that was proposed";
  explicit RaftIntegrity(const Schedule& /*schedule*/) {}

  bool holds(const RaftStep& step, const auto& /*world*/) const {
    return std::all_of(step.answered.begin(), step.answered.end(), [](const auto& answer) { return answer.payload_is_right; });
  }
};

}  // namespace coordbench::testing
