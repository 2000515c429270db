#pragma once
// Nobody calls any more from the seventh rumour on, in the middle of a block of operations in lock-step: the case must time out
// and keep the blocks before.

#include "kernels/push_gossip.hpp"

namespace coordbench {

class FadingGossip : public PushGossip {
 public:
  static constexpr Parameter kInLockstep{.name = "pace", .initial = gossip::lockstep, .lowest = 2, .highest = 2, .help = ""};
  static constexpr std::array parameters{gossip::kFanout, kInLockstep, gossip::kPeriod, gossip::ttl(1), gossip::kKnown};

  using PushGossip::PushGossip;

  void round(Operation operation, int number, Out& out) {
    if (operation < 6) PushGossip::round(operation, number, out);
  }
};

}  // namespace coordbench
