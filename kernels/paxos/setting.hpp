#pragma once
// A case of Multi-Paxos as its servers and clients see it: parameters, quorums, and the closed forms that follow. What it has
// in common with a case of Raft it takes from there, so that one setting means the same to both.

#include "kernels/paxos/message.hpp"
#include "kernels/raft/setting.hpp"

namespace coordbench::paxos {

using replication::answered;
using replication::applied;
using replication::committed;
using replication::marks;
using replication::State;
using replication::Turns;

inline constexpr std::array parameters{
    Parameter{.name = "batch", .initial = 1, .lowest = 1, .highest = 4096, .help = "most operations in one accept message"},
    Parameter{.name = "q1",
              .highest = 1 << 20,
              .help = "servers, the leader among them, that must promise before it proposes (phase 1); 0: a majority"},
    Parameter{.name = "q2",
              .highest = 1 << 20,
              .help = "servers, the leader among them, that must accept before a value is chosen (phase 2); 0: a majority"},
    Parameter{.name = "commit_broadcast",
              .highest = 1,
              .help = "how acceptors learn what is chosen: with the next slots, or by a message of its own",
              .choices = {"piggybacked", "eager"}},
    Parameter{.name = "thrifty",
              .highest = 1,
              .help = "on: slots go only to as many acceptors as a quorum of phase 2 needs",
              .choices = {"off", "on"}},
    Parameter{.name = "election_timeout_us",
              .highest = 60'000'000,
              .help = "least time-out before a server prepares, 0: none ever does; an unexpected one makes the case fail"},
    Parameter{.name = "leader",
              .highest = 1,
              .help = "at the start all have promised rank 0's first ballot, or nobody leads and some server prepares",
              .choices = {"seated", "elected"}},
    kReplicate};

/// The shape with Raft's parameters, of which those that Paxos has, too, have the same values.
inline Shape as_raft(const Shape& shape) {
  Shape raft = shape;
  raft.parameters = raft::parameters;
  for (std::size_t i = 0; i < raft.parameters.size(); ++i) {
    raft.values[i] = raft.parameters[i].initial;
    for (const Parameter& ours : shape.parameters)
      if (ours.name == raft.parameters[i].name) raft.values[i] = shape[ours.name];
  }
  return raft;
}

/// Servers in a quorum of the phase that `q1` or `q2` is about.
inline int quorum(const Shape& shape, std::string_view name) {
  const std::int64_t size = shape[name];
  return size > 0 ? static_cast<int>(size) : shape.ranks / 2 + 1;
}

struct Setting : raft::Setting {
  explicit Setting(const Shape& shape) : raft::Setting(as_raft(shape)), q1(quorum(shape, "q1")), q2(quorum(shape, "q2")) {
    eager = eager && q2 > 1;  // a leader alone has chosen before it tells anybody
  }

  /// Acceptors that slots are sent to while nothing fails: all, or those that a quorum needs beside the leader.
  [[nodiscard]] int targets() const { return thrifty ? q2 - 1 : servers - 1; }

  [[nodiscard]] Cost cost(std::int64_t operations) const {
    return {.messages = messages(operations), .delays = {delays_committed(), delays_applied(), delays_answered()}};
  }
  /// Why the case cannot run; empty if it can.
  [[nodiscard]] std::string unfit() const {
    if (q1 > servers || q2 > servers) return "a quorum of more servers than there are; give a smaller q1 or q2";
    if (q1 + q2 <= servers)
      return "quorums of phase 1 and phase 2 that need not meet, so two values may be chosen; give q1 and q2 whose sum is more "
             "than the number of servers";
    return raft::Setting::unfit();
  }

  int q1, q2;  ///< servers in a quorum of phase 1, of phase 2

 private:
  /// Phase 2 and its answers once a batch, the same again for an eager commit, request and reply once an operation.
  [[nodiscard]] std::int64_t messages(std::int64_t operations) const {
    const std::int64_t batches = (operations + batch - 1) / batch;
    return batches * targets() * (eager ? 4 : 2) + (clients > 0 ? 2 * operations : 0);
  }
  /// A client is one delay away from the leader. A quorum of one is the leader itself, which tells with the slot that it is
  /// chosen; otherwise `applied` counts the leader's own, until the commit index is pushed.
  [[nodiscard]] int delays_committed() const { return (clients > 0 ? 1 : 0) + (q2 > 1 ? 2 : 0); }
  [[nodiscard]] int delays_applied() const { return delays_committed() + (targets() > 0 && (eager || q2 == 1) ? 1 : 0); }
  [[nodiscard]] int delays_answered() const { return delays_committed() + (clients > 0 ? 1 : 0); }
};

}  // namespace coordbench::paxos
