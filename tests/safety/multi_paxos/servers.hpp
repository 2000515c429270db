#pragma once
// What the invariants of Multi-Paxos ask of a simulated world.

#include <map>

#include "kernels/multi_paxos.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::multi_paxos {

using Step = testing::Step<MultiPaxos>;
using Kind = paxos::Message::Kind;

/// The server that stepped, or nullptr for a client.
inline const paxos::Replica* server_of(const Step& step, const auto& world) {
  return step.rank < world.shape().ranks ? &world.machine(step.rank).replica() : nullptr;
}

/// A value, with the ballot in which it was accepted or proposed; 0: none.
struct Value {
  paxos::Ballot ballot = 0;
  std::int32_t operation = paxos::Entry::no_op;
  friend bool operator==(const Value&, const Value&) = default;
};
inline Value value_of(const paxos::Log& log, paxos::Index index) {
  return log.ballot_of(index) == 0 ? Value{} : Value{log[index].ballot, log[index].operation};
}

/// Whether a message asks an acceptor to accept.
inline bool is_phase_2a(Kind kind) { return kind == Kind::accept || kind == Kind::accept_no_op; }

/// What each server has accepted, as far as the slots are not compacted; found out step by step.
class Accepted {
 public:
  explicit Accepted(const Schedule& schedule) : seen_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  /// Calls visit(index, value) for each slot in which the step may have changed what its server has accepted.
  void visit_new(const Step& step, const paxos::Replica& server, auto&& visit) {
    if (step.cause == Cause::crash || step.cause == Cause::flush) return;
    Seen& seen = seen_[static_cast<std::size_t>(step.rank)];
    const paxos::Log& log = server.log;
    const paxos::Ballot led = server.ballots.leads() ? server.ballots.promised() : 0;
    paxos::Index first = seen.last + 1;
    if (led != seen.led) first = log.base() + 1;
    if (step.message && is_phase_2a(step.message->kind)) first = std::min(first, step.message->index);
    for (paxos::Index index = std::max(first, log.base() + 1); index <= log.last(); ++index)
      if (const Value value = value_of(log, index); value.ballot > 0) visit(index, value);
    seen = {led, log.last()};
  }

 private:
  struct Seen {
    paxos::Ballot led = 0;  ///< the ballot that it led
    paxos::Index last = 0;
  };
  std::vector<Seen> seen_;  ///< [rank]
};

/// What an operation was answered with, at the rank that asked for it.
inline std::uint32_t answer_to(const MultiPaxos& machine, Operation operation) {
  if (machine.is_client()) return machine.client().value_of(operation);
  std::uint32_t value = UINT32_MAX;
  return machine.replica().answers.recall(operation, value) ? value : UINT32_MAX;
}

/// The server that leads the highest ballot, -1 if none does.
inline Rank leader_of(const auto& world) {
  Rank leader = -1;
  for (Rank rank = 0; rank < world.shape().ranks; ++rank) {
    const paxos::Ballots& ballots = world.machine(rank).replica().ballots;
    if (!ballots.leads()) continue;
    if (leader < 0 || ballots.promised() > world.machine(leader).replica().ballots.promised()) leader = rank;
  }
  return leader;
}

}  // namespace coordbench::testing::multi_paxos
