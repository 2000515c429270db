#pragma once
// Uninformed ranks ask: what gossip promises, of the kind that only pulls.

#include "kernels/pull_gossip.hpp"
#include "tests/safety/gossip/gossip_safety.hpp"

namespace coordbench::testing::pull_gossip {

struct Safety : gossip::Safety<PullGossip> {};

}  // namespace coordbench::testing::pull_gossip
