#pragma once
// Ongaro, Ousterhout 2014, 8, for Paxos too: a request that is sent again is not carried out again. A client's operation may be
// chosen for two slots, but has effect in one.

#include "tests/safety/multi_paxos/servers.hpp"

namespace coordbench::testing::multi_paxos {

struct ExactlyOnce {
  static constexpr std::string_view sentence = "Exactly Once: an operation has effect in one slot, the same at every server";
  explicit ExactlyOnce(const Schedule& schedule) : index_(static_cast<std::size_t>(schedule.operations), 0) {}

  bool holds(const Step& step, const auto& world) {
    const paxos::Replica* server = server_of(step, world);
    if (!server) return true;
    for (const auto& reached : step.reached) {
      if (reached.mark != paxos::applied) continue;
      paxos::Index& known = index_[static_cast<std::size_t>(reached.operation)];
      const replication::Answers::Place& place = server->answers.place_of(reached.operation);
      if (place.operation != reached.operation || (known != 0 && known != place.index)) return false;
      known = place.index;
    }
    return true;
  }

 private:
  std::vector<paxos::Index> index_;  ///< [operation]: where it had effect, 0: nowhere yet
};

}  // namespace coordbench::testing::multi_paxos
