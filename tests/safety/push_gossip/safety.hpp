#pragma once
// Informed ranks call: what gossip promises, of the kind that only pushes.

#include "kernels/push_gossip.hpp"
#include "tests/safety/gossip/gossip_safety.hpp"

namespace coordbench::testing::push_gossip {

struct Safety : gossip::Safety<PushGossip> {};

}  // namespace coordbench::testing::push_gossip
