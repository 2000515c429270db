#pragma once
// Herlihy, Wing, TOPLAS 12(3) 1990. Each entry of the log reads and increments one counter; and operations write or read one
// register.

#include "tests/safety/common/counter_history.hpp"
#include "tests/safety/common/register_history.hpp"
#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing::raft_replication {

struct Linearizability {
  static constexpr std::string_view sentence =
      "Linearizability: what clients are told fits one order, in which nothing precedes what was answered before it was asked";
  explicit Linearizability(const Schedule& schedule)
      : reading_(raft::Setting(schedule.shape).reading), counter_(schedule.operations), register_(schedule.operations) {}

  bool holds(const Step& step, const auto& world) {
    if (step.cause == Cause::propose) begins(step.operation);
    for (const auto& reached : step.reached)
      if (reached.mark == raft::answered && !ends(reached.operation, world.machine(step.rank))) return false;
    return true;
  }

 private:
  void begins(Operation operation) {
    if (!reading_.is_apart(operation)) counter_.begins(operation);
    register_.begins(operation);
  }
  bool ends(Operation operation, const RaftReplication& machine) {
    if (!reading_.is_apart(operation) && !counter_.ends(operation, answer_to(machine, operation))) return false;
    if (!reading_.any) return true;
    const Operation of = machine.answer(operation).operation_of(operation);
    return (of == operation) != reading_.is_read(operation) && register_.ends(operation, of);
  }

  raft::Reading reading_;
  common::CounterHistory counter_;
  common::RegisterHistory register_;
};

}  // namespace coordbench::testing::raft_replication
