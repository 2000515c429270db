#pragma once
// Simulated worlds of protocols of atomic commitment, for their tests. `Safety` is the protocol's.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "tests/kernels/watched.hpp"

namespace coordbench::testing::commitment {

/// Held against the protocol's invariants, AC1 to AC5 among them.
template <class Safety>
class Transactions : public Watched<Safety> {
 public:
  using Watched<Safety>::Watched;
  [[nodiscard]] std::int64_t spoken(auto kind) const {
    const auto& sent = this->history().sent;
    return std::count_if(sent.begin(), sent.end(), [kind](const auto& spoken) { return spoken.message.kind == kind; });
  }
};

/// One transaction on a perfect network, to its rest.
template <class Safety>
std::unique_ptr<Transactions<Safety>> run_one(const Shape& shape) {
  auto cluster = std::make_unique<Transactions<Safety>>(shape, Faults{}, 1);
  cluster->propose(0);
  cluster->run();
  cluster->expect_end();
  return cluster;
}

/// The messages and, mark by mark, the delays of the one transaction, and which ranks have its marks.
template <class Safety>
void expect_cost(const Transactions<Safety>& cluster, const std::string& where) {
  using P = typename Safety::Protocol;
  const Shape& shape = cluster.shape();
  const Cost declared = P::cost(shape, 0);
  EXPECT_EQ(Range(cluster.counted()), declared.messages) << where;
  std::multiset<std::pair<int, Rank>> due, reached;
  for (int mark = 0; mark < static_cast<int>(P::marks.size()); ++mark) {
    EXPECT_EQ(Range(cluster.history().deepest(mark)), declared.delays[static_cast<std::size_t>(mark)])
        << where << ", mark " << mark;
    for (Rank rank = 0; rank < shape.ranks; ++rank)
      if (reaches<P>(shape, mark, rank, 0)) due.emplace(mark, rank);
  }
  for (const auto& it : cluster.history().reached) reached.emplace(it.mark, it.rank);
  EXPECT_EQ(reached, due) << where;
}

template <class Safety>
void expect_declared_costs(const Shape& shape) {
  expect_cost(*run_one<Safety>(shape), fmt::format("N = {}", shape.ranks));
}

}  // namespace coordbench::testing::commitment
