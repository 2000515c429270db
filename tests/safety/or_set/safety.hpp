#pragma once
// What the observed-remove set promises, and what it claims to survive: everything but the loss of its state. Where nothing is
// sent again, nothing may be lost, and deltas must keep their order.

#include "tests/safety/common/believed.hpp"
#include "tests/safety/common/knowledge.hpp"
#include "tests/safety/common/once.hpp"
#include "tests/safety/common/rest.hpp"
#include "tests/safety/or_set/convergence.hpp"
#include "tests/safety/or_set/membership.hpp"
#include "tests/safety/or_set/no_tombstones.hpp"
#include "tests/safety/or_set/progress.hpp"

namespace coordbench::testing::or_set {

struct Safety {
  using Protocol = OrSet;
  /// A wrong membership also keeps states apart in the end: the narrower first.
  using Invariants = std::tuple<Monotone, NoInvention, NoLostUpdate, NoResurrection, AddWins, NoTombstones,
                                common::Knowledge<Protocol, updates_of>, common::Once<Protocol>,
                                common::Believed<Protocol, updates_of>, Convergence, common::Rest<Protocol>>;

  static std::string describe(const OrSet::Message& message) {
    if (message.kind == OrSet::Kind::acknowledgement) return "acknowledge " + std::to_string(message.heard);
    const std::string what = message.kind == OrSet::Kind::state ? "state" : "delta";
    return message.count > 0 ? what + " with " + std::to_string(message.first) : what + " again";
  }

  static void draw(Schedule& schedule, Random& random) {
    set(schedule.shape, "ship", random.below(2));
    set(schedule.shape, "elements", random.between(1, 5));
    set(schedule.shape, "proposers", random.below(2) == 0 ? 0 : random.between(1, schedule.shape.ranks));
    set(schedule.shape, "resend_us", random.below(6) == 0 ? 0 : random.between(1, 12));
    if (schedule.shape["resend_us"] == 0) {
      lose_nothing(schedule);
      schedule.faults.fifo |= schedule.shape["ship"] == OrSet::ship_delta;
    }
    schedule.shape.payload_bytes = 0;
    schedule.shape.in_flight = draw_window(random);
    schedule.operations = random.between<std::int64_t>(1, 32);
    schedule.faults.amnesia = 0;
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop;
  }
};

}  // namespace coordbench::testing::or_set
