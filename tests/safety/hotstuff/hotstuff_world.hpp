#pragma once
// A simulated HotStuff that is held against its invariants and remembers everything, for stories told by hand.

#include <gtest/gtest.h>

#include "tests/safety/hotstuff/safety.hpp"
#include "tests/safety/watch.hpp"
#include "tests/support/cluster.hpp"

namespace coordbench::testing::hotstuff {

class HotstuffWorld : public Cluster<Hotstuff, Watch<Safety>> {
 public:
  explicit HotstuffWorld(const Shape& shape, const Faults& faults = {}, std::int64_t operations = 64)
      : Cluster(shape, faults, operations, Watch<Safety>({.shape = shape, .faults = faults, .operations = operations}, true)) {}

  [[nodiscard]] const History<Hotstuff>& history() const { return *observer().history(); }
  [[nodiscard]] const parts::Core& core(Rank rank) const { return machine(rank).core(); }
  [[nodiscard]] parts::Height executed(Rank rank) const { return core(rank).chain.executed().height; }

  /// Steps until it is so; false, after many events, if that does not happen.
  template <class Condition>
  bool run_till(Condition&& is_so, int most = 5000) {
    for (int events = 0; events < most && !is_so(); ++events) step();
    return is_so();
  }
  void isolate(Rank rank) {
    for (Rank other = 0; other < size(); ++other)
      if (other != rank) cut(rank, other), cut(other, rank);
  }
  [[nodiscard]] std::string story() const { return history().conversation(describe); }
};

}  // namespace coordbench::testing::hotstuff
