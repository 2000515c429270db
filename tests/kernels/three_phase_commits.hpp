#pragma once
// Simulated worlds of three-phase commit, for its tests.

#include "tests/kernels/transactions.hpp"
#include "tests/safety/three_phase_commit/safety.hpp"

namespace coordbench::testing::three_phase_commit {

using Commit = ThreePhaseCommit;
using Transactions = commitment::Transactions<Safety>;

inline Shape commit_shape(int ranks, const Settings& set = {}) { return shape_of<Commit>(ranks, 8, set); }
inline std::unique_ptr<Transactions> run_one(const Shape& shape) { return commitment::run_one<Safety>(shape); }
inline void expect_declared_costs(const Shape& shape) { commitment::expect_declared_costs<Safety>(shape); }

}  // namespace coordbench::testing::three_phase_commit
