#pragma once
// What the tests of all kernels ask whose replicas make updates at once and tell the others: what is declared, and the costs.

#include <memory>
#include <vector>

#include "tests/kernels/watched.hpp"

namespace coordbench::testing::replicas {

using Counts = std::vector<std::int64_t>;

/// With a seed of which the first operations are of kind 1 (true) or 0 (false), in this order.
template <class P>
Shape scripted(Shape shape, const std::vector<bool>& script) {
  const auto follows = [&] {
    for (std::size_t k = 0; k < script.size(); ++k)
      if ((P::kind(shape, static_cast<Operation>(k)) == 1) != script[k]) return false;
    return true;
  };
  while (!follows()) ++shape.seed;
  return shape;
}

/// [replica]: how many updates it has applied.
template <class Safety>
Counts applied(const Watched<Safety>& cluster) {
  Counts applied;
  for (Rank rank = 0; rank < cluster.size(); ++rank) applied.push_back(cluster.machine(rank).applied());
  return applied;
}

/// Each replica that may make updates makes `turns` of them, one operation at a time.
template <class Safety>
std::unique_ptr<Watched<Safety>> update_all(const Shape& shape, int turns = 2) {
  const std::int64_t operations = std::int64_t{turns} * proposers_of<typename Safety::Protocol>(shape);
  auto cluster = std::make_unique<Watched<Safety>>(shape, Faults{.fifo = true}, operations);
  for (Operation k = 0; k < operations; ++k) {
    cluster->propose(k);
    cluster->run();
  }
  cluster->expect_end();
  return cluster;
}

/// Every mark came where it should, once, and so deep as the closed form says, and every answer is right.
template <class Safety>
void expect_declared_marks(const Watched<Safety>& cluster) {
  using P = typename Safety::Protocol;
  const Shape& shape = cluster.shape();
  std::int64_t due = 0;
  for (const auto& [at, rank, operation, mark, depth] : cluster.history().reached) {
    EXPECT_TRUE(reaches<P>(shape, mark, rank, operation)) << "rank " << rank << ", mark " << mark;
    EXPECT_EQ(depth, rank == proposer_of<P>(shape, operation) ? 0 : 1) << "N = " << shape.ranks << ", operation " << operation;
  }
  for (Operation k = 0; k < cluster.proposed(); ++k)
    for (Rank rank = 0; rank < shape.ranks; ++rank)
      for (int mark = 0; mark < 2; ++mark) due += reaches<P>(shape, mark, rank, k) ? 1 : 0;
  EXPECT_EQ(static_cast<std::int64_t>(cluster.history().reached.size()), due) << "N = " << shape.ranks;
  for (const auto& answered : cluster.history().answered) EXPECT_TRUE(answered.is_accepted) << answered.outcome;
}

template <class Safety>
void expect_declared_costs(const Shape& shape) {
  using P = typename Safety::Protocol;
  const auto cluster = update_all<Safety>(shape);
  const Cost cost = cost_of<P>(shape, {.first = 0, .count = cluster->proposed()});
  EXPECT_EQ(Range(cluster->counted()), cost.messages) << "N = " << shape.ranks;
  for (const int mark : {0, 1})
    EXPECT_EQ(Range(cluster->history().deepest(mark)), cost.delays[static_cast<std::size_t>(mark)]) << "N = " << shape.ranks;
  if constexpr (CountsApplications<P>) {
    EXPECT_EQ(applied(*cluster), Counts(static_cast<std::size_t>(shape.ranks), cluster->proposed()));
  }
  expect_declared_marks(*cluster);
}

/// Five replicas make 40 operations, in 300 simulated worlds with different delays. An update may reach a replica early, within
/// another replica's message; the cost must not change.
template <class Safety>
void expect_costs_whatever_others_do(Shape (*shape_for)(std::uint64_t seed)) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Faults faults{.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50, .fifo = true};
    Watched<Safety> cluster(shape_for(seed), faults, 40);
    for (Operation k = 0; k < 40; ++k) {
      cluster.propose(k);
      cluster.run_until(cluster.now() + 7);
    }
    cluster.run();
    cluster.expect_end();
    EXPECT_EQ(cluster.counted(), 40 * 4);
    expect_declared_marks(cluster);
  }
}

/// Five replicas, an update each, whose time-out no round trip exceeds.
template <class Safety>
void expect_acknowledgements_in_the_background() {
  const auto cluster = update_all<Safety>(shape_of<typename Safety::Protocol>(5, 0, {{"resend_us", 1}}), 1);
  EXPECT_EQ(cluster->counted(), 5 * 4);
  EXPECT_EQ(cluster->traffic().background_messages, 5 * 4) << "an acknowledgement each, and nothing twice";
}

template <class P>
void expect_no_more_proposers_than_ranks() {
  EXPECT_EQ(P::unfit(shape_of<P>(3, 0, {{"proposers", 3}})), "");
  EXPECT_NE(P::unfit(shape_of<P>(3, 0, {{"proposers", 4}})), "");
}

}  // namespace coordbench::testing::replicas
