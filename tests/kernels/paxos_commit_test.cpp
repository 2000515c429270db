#include "kernels/paxos_commit.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/transactions.hpp"
#include "tests/safety/paxos_commit/safety.hpp"

namespace coordbench::testing::paxos_commit_test {
namespace {

using namespace paxos_commit;
using commitment::expect_cost;
using commitment::expect_declared_costs;
using commitment::run_one;
using Transactions = commitment::Transactions<Safety>;

Shape commit_shape(int ranks, const Settings& set = {}) { return shape_of<PaxosCommit>(ranks, 8, set); }

TEST(PaxosCommit, CostsWhatItDeclaresForEveryNAndF) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (std::int64_t faults = -1; 2 * faults + 1 <= ranks; ++faults)
      expect_declared_costs<Safety>(commit_shape(ranks, {{"faults", faults}}));
}

TEST(PaxosCommit, CostsWhatItDeclaresWithNoVotes) {
  for (int ranks = 2; ranks <= 9; ++ranks)
    for (std::int64_t faults = 0; 2 * faults + 1 <= ranks; ++faults)
      for (std::int64_t no_votes = 0; no_votes < ranks; ++no_votes)
        expect_declared_costs<Safety>(commit_shape(ranks, {{"faults", faults}, {"no_votes", no_votes}}));
}

TEST(PaxosCommit, TellsTheStoryOfACommit) { EXPECT_EQ(run_one<Safety>(commit_shape(3))->conversation(),
            "   0  0 → 1  prepare 0\n"
            "   0  0 → 2  prepare 0\n"
            "   1  1 → 0  vote 0: prepared\n"  // and, by itself, to acceptor 1
            "   1  2 → 0  vote 0: prepared\n"
            "   1  2 → 1  vote 0: prepared\n"
            "   2  1 → 0  phase 2b 0: prepared\n"  // of both instances
            "   3  0 → 1  commit 0\n"
            "   3  0 → 2  commit 0\n"); }

}  // namespace
}  // namespace coordbench::testing::paxos_commit_test
