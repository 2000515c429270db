#pragma once
// A simulated Raft that is held against its invariants and remembers everything, for stories told by hand.

#include <gtest/gtest.h>

#include <map>

#include "tests/safety/raft_replication/safety.hpp"
#include "tests/safety/watch.hpp"
#include "tests/support/cluster.hpp"

namespace coordbench::testing::raft_replication {

class RaftWorld : public Cluster<RaftReplication, Watch<Safety>> {
 public:
  explicit RaftWorld(const Shape& shape, const Faults& faults = {}, std::int64_t operations = 64)
      : Cluster(shape, faults, operations, Watch<Safety>({.shape = shape, .faults = faults, .operations = operations}, true)) {}

  [[nodiscard]] const History<RaftReplication>& history() const { return *observer().history(); }
  [[nodiscard]] bool leads(Rank rank) const { return machine(rank).core().election.leads(); }
  void expect_end() { EXPECT_NO_THROW(observer().finished(*this)) << story(); }

  /// Steps until it is so; false, after a thousand events, if that does not happen.
  template <class Condition>
  bool run_till(Condition&& is_so) {
    for (int events = 0; events < 1000 && !is_so(); ++events) step();
    return is_so();
  }
  /// Until `from` says it, to whomever.
  bool run_till_said(Rank from, raft::Message::Kind kind) {
    const std::size_t before = history().sent.size();
    return run_till([&] {
      const auto& sent = history().sent;
      return std::any_of(sent.begin() + static_cast<std::ptrdiff_t>(before), sent.end(),
                         [&](const auto& it) { return it.from == from && it.message.kind == kind; });
    });
  }
  void isolate(Rank rank) {
    for (Rank other = 0; other < size(); ++other)
      if (other != rank) cut(rank, other), cut(other, rank);
  }

  /// The conversation without heartbeats and without acknowledgements that say nothing new.
  [[nodiscard]] std::string story() const {
    const History<RaftReplication>& all = history();
    History<RaftReplication> told{.reached = {}, .answered = {}, .interrupted = all.interrupted};
    std::map<Rank, std::pair<raft::Term, raft::Index>> acknowledged;
    for (std::size_t i = 0; i < all.sent.size(); ++i) {
      const raft::Message& message = all.sent[i].message;
      bool is_dull = message.kind == raft::Message::Kind::append && message.count == 0;
      if (message.kind == raft::Message::Kind::accepted) {
        auto& last = acknowledged[all.sent[i].from];
        is_dull = message.count == 0 && last >= std::pair{message.term, message.index};
        last = std::max(last, {message.term, message.index});
      }
      if (!is_dull) told.sent.push_back(all.sent[i]);
      for (std::size_t k = 0; is_dull && k < told.interrupted.size(); ++k)
        if (all.interrupted[k].sent > i) --told.interrupted[k].sent;
    }
    return told.conversation(describe);
  }
};

}  // namespace coordbench::testing::raft_replication
