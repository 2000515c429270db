#pragma once
// What every kind of gossip promises, and what it claims to survive: everything but the loss of its memory, as a rumour that
// only one rank knew would be gone with it.

#include <string>
#include <tuple>

#include "tests/safety/gossip/answering.hpp"
#include "tests/safety/gossip/coverage.hpp"
#include "tests/safety/gossip/monotone.hpp"
#include "tests/safety/gossip/no_creation.hpp"
#include "tests/safety/gossip/persistence.hpp"
#include "tests/safety/gossip/synchrony.hpp"
#include "tests/safety/gossip/thrift.hpp"

namespace coordbench::testing::gossip {

template <class Gossip>
struct Safety {
  using Protocol = Gossip;
  /// Who passes on what it never heard also does so in the wrong round, and a rumour that is forgotten may not arrive: the
  /// narrower first.
  using Invariants = std::tuple<NoCreation, Monotone, Synchrony, Answering, Thrift, Persistence, Coverage>;

  static std::string describe(const coordbench::gossip::Message& message) {
    static constexpr std::array kNames{"rumour ", "request ", "known ", "nothing "};
    return kNames[static_cast<std::size_t>(message.kind)] + std::to_string(message.first) + " in round " +
           std::to_string(message.round);
  }

  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    set(shape, "fanout", random.between(1, std::max(1, std::min(3, shape.ranks - 1))));
    set(shape, "pace", random.between<std::int64_t>(0, 2));
    set(shape, "period_us", random.between<std::int64_t>(1, 8));
    set(shape, "ttl", random.between<std::int64_t>(1, 12));
    if constexpr (Gossip::calls.pushes)
      set(shape, "k", shape["pace"] == coordbench::gossip::timer ? random.between<std::int64_t>(0, 3) : 0);
    schedule.faults.amnesia = 0;
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop;
  }
};

}  // namespace coordbench::testing::gossip
