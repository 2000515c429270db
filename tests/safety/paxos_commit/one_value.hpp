#pragma once
// Safety of each instance of Paxos (Lamport, "Paxos Made Simple", 2001, 2.2, P2b).

#include "tests/safety/paxos_commit/instances.hpp"

namespace coordbench::testing::paxos_commit {

struct OneValue {
  static constexpr std::string_view sentence =
      "One value: in one ballot all acceptors accept the same vote of a manager, and once F + 1 have, no higher ballot has "
      "another";
  explicit OneValue(const Schedule& schedule) : instances_(schedule) {}

  bool holds(const Step<PaxosCommit>& step, const auto& world) {
    return every_changed(step, world, [&](Operation k) { return instances_.follow(k, step.rank, world); });
  }

 private:
  Instances instances_;
};

}  // namespace coordbench::testing::paxos_commit
