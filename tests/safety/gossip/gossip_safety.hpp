#pragma once
// What every kind of gossip promises, and what it claims to survive: everything but the loss of its memory, as a rumour that
// only one rank knew would be gone with it.

#include <string>
#include <tuple>

#include "tests/safety/gossip/coverage.hpp"
#include "tests/safety/gossip/monotone.hpp"
#include "tests/safety/gossip/no_creation.hpp"
#include "tests/safety/gossip/synchrony.hpp"

namespace coordbench::testing {

template <class Gossip>
struct GossipSafety {
  using Protocol = Gossip;
  /// Who passes on what it never heard also does so in the wrong round, and a rumour that is forgotten may not arrive: the
  /// narrower first.
  using Invariants = std::tuple<NoCreation, Monotone, Synchrony, Coverage>;

  static std::string describe(const GossipMessage& message) {
    return std::string(message.kind == GossipMessage::Kind::rumour ? "rumour " : "request ") + std::to_string(message.first) +
           " in round " + std::to_string(message.round);
  }

  static void draw(Schedule& schedule, Random& random) {
    set(schedule.shape, "fanout", random.between(1, std::min(3, schedule.shape.ranks - 1)));
    schedule.faults.amnesia = 0;
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop;
  }
};

}  // namespace coordbench::testing
