#pragma once
// What gossip is for.

#include "kernels/gossip/setting.hpp"
#include "tests/safety/common/termination.hpp"

namespace coordbench::testing::gossip {

struct Coverage : common::Termination {
  explicit Coverage(const Schedule& schedule)
      : Termination(schedule), is_promised_(schedule.shape["pace"] == coordbench::gossip::lockstep) {}
  static constexpr std::string_view sentence =
      "Coverage: in lock-step, once all failures are repaired, every rumour reaches every rank";
  bool holds_at_end(const auto& world) { return !is_promised_ || Termination::holds_at_end(world); }

 private:
  bool is_promised_;
};

}  // namespace coordbench::testing::gossip
