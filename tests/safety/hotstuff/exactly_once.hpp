#pragma once
// Ongaro, Ousterhout 2014, 8, for HotStuff too: a request that is sent again is not carried out again. A client's operation
// may be in two blocks, but has effect in one.

#include <set>

#include "tests/safety/hotstuff/servers.hpp"

namespace coordbench::testing::hotstuff {

struct ExactlyOnce {
  static constexpr std::string_view sentence =
      "Exactly Once: an operation has effect in one block, the same at every correct server";
  explicit ExactlyOnce(const Schedule& /*schedule*/) {}

  bool holds(const Step& step, const auto& world) {
    const Hotstuff* server = server_of(step, world);
    if (!server) return true;
    for (const auto& reached : step.reached) {
      if (reached.mark != parts::executed) continue;
      if (!once_.emplace(step.rank, reached.operation).second) return false;
      const replication::Answers::Place& place = server->core().ledger.answers().place_of(reached.operation);
      if (place.operation != reached.operation) return false;
      if (heights_.emplace(reached.operation, place.index).first->second != place.index) return false;
    }
    return true;
  }

 private:
  std::set<std::pair<Rank, Operation>> once_;
  std::map<Operation, parts::Height> heights_;
};

}  // namespace coordbench::testing::hotstuff
