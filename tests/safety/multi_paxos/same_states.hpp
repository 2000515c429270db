#pragma once
// Lamport, "Paxos made simple", 2001, 3: all servers execute the same sequence of commands. The digest of a state tells of
// every operation that went into it.

#include "tests/safety/multi_paxos/servers.hpp"

namespace coordbench::testing::multi_paxos {

struct SameStates {
  static constexpr std::string_view sentence =
      "Same States: servers that have applied all slots up to the same one are in the same state";
  explicit SameStates(const Schedule& /*schedule*/) {}

  bool holds(const Step& step, const auto& world) {
    const paxos::Replica* server = server_of(step, world);
    if (!server) return true;
    const State state{server->state.count(), server->state.digest()};
    return states_.emplace(server->applied_index, state).first->second == state;
  }

 private:
  struct State {
    std::uint32_t count, digest;
    friend bool operator==(const State&, const State&) = default;
  };
  std::map<paxos::Index, State> states_;
};

}  // namespace coordbench::testing::multi_paxos
