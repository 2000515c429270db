#pragma once
// Simulated worlds of Paxos Commit, for its tests.

#include "tests/kernels/transactions.hpp"
#include "tests/safety/paxos_commit/safety.hpp"

namespace coordbench::testing::paxos_commit {

/// Held against AC1 to AC5 and the safety of every instance.
using Transactions = commitment::Transactions<Safety>;

inline Shape paxos_shape(int ranks, const Settings& set = {}) { return shape_of<PaxosCommit>(ranks, 8, set); }

/// One transaction on a network of any delays: as many messages as declared, and delays within what is declared. In step with
/// each other, messages take the fewest delays.
inline void expect_cost(const Shape& shape, const Faults& faults = {}) {
  Transactions cluster(shape, faults, 1);
  cluster.propose(0);
  cluster.run();
  cluster.expect_end();
  const Cost declared = PaxosCommit::cost(shape, 0);
  const std::string where = fmt::format("N = {}, F = {}, seed {}", shape.ranks, shape["faults"], faults.seed);
  EXPECT_EQ(Range(cluster.counted()), declared.messages) << where;
  EXPECT_EQ(cluster.counted(), cluster.traffic().messages_sent) << where;
  std::multiset<std::pair<int, Rank>> due, reached;
  for (int mark = 0; mark < static_cast<int>(PaxosCommit::marks.size()); ++mark) {
    const Range delays = declared.delays[static_cast<std::size_t>(mark)];
    const double deepest = cluster.history().deepest(mark);
    EXPECT_GE(deepest, delays.least) << where << ", mark " << mark;
    EXPECT_LE(deepest, faults.delay == Faults::Delay::constant ? delays.least : delays.most) << where << ", mark " << mark;
    for (Rank rank = 0; rank < shape.ranks; ++rank)
      if (PaxosCommit::reaches(shape, mark, rank, 0)) due.emplace(mark, rank);
  }
  for (const auto& it : cluster.history().reached) reached.emplace(it.mark, it.rank);
  EXPECT_EQ(reached, due) << where;
}

}  // namespace coordbench::testing::paxos_commit
