#pragma once
// A simulated PBFT that is held against its invariants and remembers everything, for stories told by hand.

#include <gtest/gtest.h>

#include "tests/safety/pbft/safety.hpp"
#include "tests/safety/watch.hpp"
#include "tests/support/cluster.hpp"

namespace coordbench::testing::pbft {

class PbftWorld : public Cluster<Pbft, Watch<Safety>> {
 public:
  explicit PbftWorld(const Shape& shape, const Faults& faults = {}, std::int64_t operations = 64)
      : Cluster(shape, faults, operations, Watch<Safety>({.shape = shape, .faults = faults, .operations = operations}, true)) {}

  [[nodiscard]] const History<Pbft>& history() const { return *observer().history(); }
  [[nodiscard]] const machine::Replica& replica(Rank rank) const { return machine(rank).replica(); }

  void isolate(Rank rank) {
    for (Rank other = 0; other < size(); ++other)
      if (other != rank) cut(rank, other), cut(other, rank);
  }
  /// When an operation was answered; -1: not yet.
  [[nodiscard]] Time answered_at(Operation operation) const {
    for (const auto& it : history().reached)
      if (it.operation == operation && it.mark == machine::answered) return it.at;
    return -1;
  }

  /// The conversation without what replicas say of how far they are.
  [[nodiscard]] std::string story() const {
    const History<Pbft>& all = history();
    History<Pbft> told{.reached = {}, .answered = {}, .interrupted = all.interrupted};
    for (auto& it : told.interrupted)
      it.sent -= static_cast<std::size_t>(
          std::count_if(all.sent.begin(), all.sent.begin() + static_cast<std::ptrdiff_t>(it.sent), is_dull));
    std::copy_if(all.sent.begin(), all.sent.end(), std::back_inserter(told.sent), [](const auto& it) { return !is_dull(it); });
    return told.conversation(describe);
  }

 private:
  static bool is_dull(const History<Pbft>::Spoken& spoken) { return spoken.message.kind == pbft::Kind::status; }
};

}  // namespace coordbench::testing::pbft
