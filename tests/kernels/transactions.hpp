#pragma once
// Simulated worlds of two-phase commit, for its tests.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "tests/kernels/watched.hpp"
#include "tests/safety/two_phase_commit/safety.hpp"

namespace coordbench::testing::two_phase_commit {

using Commit = TwoPhaseCommit;

inline Shape commit_shape(int ranks, const Settings& set = {}) { return shape_of<Commit>(ranks, 8, set); }

/// Held against AC1 to AC5.
class Transactions : public Watched<Safety> {
 public:
  using Watched<Safety>::Watched;
  [[nodiscard]] std::int64_t spoken(Commit::Kind kind) const {
    const auto& sent = history().sent;
    return std::count_if(sent.begin(), sent.end(), [kind](const auto& spoken) { return spoken.message.kind == kind; });
  }
};

/// One transaction on a perfect network, to its rest.
inline std::unique_ptr<Transactions> run_one(const Shape& shape) {
  auto cluster = std::make_unique<Transactions>(shape, Faults{}, 1);
  cluster->propose(0);
  cluster->run();
  cluster->expect_end();
  return cluster;
}

/// The messages and, mark by mark, the delays of the one transaction, and which ranks have its marks.
inline void expect_cost(const Transactions& cluster, const std::string& where) {
  const Shape& shape = cluster.shape();
  const Cost declared = Commit::cost(shape, 0);
  EXPECT_EQ(Range(cluster.traffic().messages_sent), declared.messages) << where;
  std::multiset<std::pair<int, Rank>> due, reached;
  for (int mark = 0; mark < static_cast<int>(Commit::marks.size()); ++mark) {
    EXPECT_EQ(Range(cluster.history().deepest(mark)), declared.delays[static_cast<std::size_t>(mark)])
        << where << ", mark " << mark;
    for (Rank rank = 0; rank < shape.ranks; ++rank)
      if (reaches<Commit>(shape, mark, rank, 0)) due.emplace(mark, rank);
  }
  for (const auto& it : cluster.history().reached) reached.emplace(it.mark, it.rank);
  EXPECT_EQ(reached, due) << where;
}

inline void expect_declared_costs(const Shape& shape) {
  const auto cluster = run_one(shape);
  expect_cost(*cluster, fmt::format("N = {}", shape.ranks));
}

}  // namespace coordbench::testing::two_phase_commit
