#pragma once
// Everybody calls: what gossip promises, of the kind that does both.

#include "kernels/push_pull_gossip.hpp"
#include "tests/safety/gossip/gossip_safety.hpp"

namespace coordbench::testing::push_pull_gossip {

struct Safety : gossip::Safety<PushPullGossip> {};

}  // namespace coordbench::testing::push_pull_gossip
