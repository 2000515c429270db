#pragma once
// Nobody calls any more from the seventh rumour on, in the middle of a block of operations: the case must time out and keep the
// blocks before.

#include "kernels/push_gossip.hpp"

namespace coordbench {

class FadingGossip : public PushGossip {
 public:
  using PushGossip::PushGossip;

  template <class Out>
  void round(Time now, Operation operation, int number, Out& out) {
    if (operation < 6) PushGossip::round(now, operation, number, out);
  }
};

}  // namespace coordbench
