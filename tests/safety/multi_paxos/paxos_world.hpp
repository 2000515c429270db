#pragma once
// A simulated Multi-Paxos that is held against its invariants and remembers everything, for stories told by hand.

#include <gtest/gtest.h>

#include "tests/safety/multi_paxos/safety.hpp"
#include "tests/safety/watch.hpp"
#include "tests/support/cluster.hpp"

namespace coordbench::testing::multi_paxos {

class PaxosWorld : public Cluster<MultiPaxos, Watch<Safety>> {
 public:
  explicit PaxosWorld(const Shape& shape, const Faults& faults = {}, std::int64_t operations = 64)
      : Cluster(shape, faults, operations, Watch<Safety>({.shape = shape, .faults = faults, .operations = operations}, true)) {}

  [[nodiscard]] const History<MultiPaxos>& history() const { return *observer().history(); }
  [[nodiscard]] bool leads(Rank rank) const { return machine(rank).replica().ballots.leads(); }

  /// Steps until it is so; false, after a thousand events, if that does not happen.
  template <class Condition>
  bool run_till(Condition&& is_so) {
    for (int events = 0; events < 1000 && !is_so(); ++events) step();
    return is_so();
  }
  void isolate(Rank rank) {
    for (Rank other = 0; other < size(); ++other)
      if (other != rank) cut(rank, other), cut(other, rank);
  }

  /// The conversation without heartbeats and what is said to them.
  [[nodiscard]] std::string story() const {
    const History<MultiPaxos>& all = history();
    History<MultiPaxos> told{.reached = {}, .answered = {}, .interrupted = all.interrupted};
    for (std::size_t i = 0; i < all.sent.size(); ++i) {
      const paxos::Message& message = all.sent[i].message;
      const bool is_dull = message.kind == multi_paxos::Kind::heartbeat ||
                           (message.kind == multi_paxos::Kind::accepted && message.slots == 0 && message.count == 0);
      if (!is_dull) told.sent.push_back(all.sent[i]);
      for (std::size_t k = 0; is_dull && k < told.interrupted.size(); ++k)
        if (all.interrupted[k].sent > i) --told.interrupted[k].sent;
    }
    return told.conversation(describe);
  }
};

}  // namespace coordbench::testing::multi_paxos
