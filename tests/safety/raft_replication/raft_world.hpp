#pragma once
// A simulated Raft that is held against its invariants and remembers everything, for stories told by hand.

#include <gtest/gtest.h>

#include "tests/safety/raft_replication/safety.hpp"
#include "tests/safety/watch.hpp"
#include "tests/support/cluster.hpp"

namespace coordbench::testing {

class RaftWorld : public Cluster<RaftReplication, Watch<RaftReplicationSafety>> {
 public:
  explicit RaftWorld(const Shape& shape, const Faults& faults = {}, std::int64_t operations = 64)
      : Cluster(shape, faults, operations,
                Watch<RaftReplicationSafety>({.shape = shape, .faults = faults, .operations = operations}, true)) {}

  [[nodiscard]] const History<RaftReplication>& history() const { return *observer().history(); }
  [[nodiscard]] std::string conversation() const { return history().conversation(describe_raft); }
  /// What was said since this was last asked.
  [[nodiscard]] std::string news() {
    const std::string all = conversation();
    const std::string since = all.substr(told_);
    told_ = all.size();
    return since;
  }
  void expect_end() { EXPECT_NO_THROW(observer().finished(*this)) << conversation(); }

 private:
  std::size_t told_ = 0;
};

}  // namespace coordbench::testing
