#pragma once
// Nobody stops sending what its receiver lacks.

#include "tests/safety/g_counter/increments.hpp"

namespace coordbench::testing::g_counter {

struct Acknowledgement {
  static constexpr std::string_view sentence = "Acknowledgement: a peer has in its state what it is believed to have";
  explicit Acknowledgement(const Schedule& /*schedule*/) {}

  bool holds(const Step& step, const auto& world) const {
    for (Rank peer = 0; peer < world.size(); ++peer) {
      if (peer == step.rank) continue;
      const std::int64_t believed = world.machine(step.rank).outstanding().acknowledged(peer);
      if (believed > static_cast<std::int64_t>(world.machine(peer).counts()[step.rank])) return false;
    }
    return true;
  }
};

}  // namespace coordbench::testing::g_counter
