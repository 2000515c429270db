#pragma once
// What the grow-only counter promises, and what it claims to survive: everything but the loss of its counts. A replica that had
// forgotten how far it had counted would count the same numbers again.

#include "tests/safety/common/believed.hpp"
#include "tests/safety/common/knowledge.hpp"
#include "tests/safety/common/once.hpp"
#include "tests/safety/common/rest.hpp"
#include "tests/safety/g_counter/convergence.hpp"
#include "tests/safety/g_counter/monotone.hpp"
#include "tests/safety/g_counter/no_lost_increment.hpp"
#include "tests/safety/g_counter/no_overcount.hpp"

namespace coordbench::testing::g_counter {

struct Safety {
  using Protocol = GCounter;
  /// States that fall also lose increments, and those that are wrong do not converge: the narrower first.
  using Invariants =
      std::tuple<Monotone, NoOvercount, NoLostIncrement, common::Knowledge<Protocol, updates_of>, common::Once<Protocol>,
                 common::Believed<Protocol, updates_of>, Convergence, common::Rest<Protocol>>;

  static std::string describe(const GCounter::Message& message) {
    if (message.kind == GCounter::Kind::acknowledgement) return "acknowledge " + std::to_string(message.heard);
    const std::string what = message.kind == GCounter::Kind::state ? "state" : "delta";
    return message.count > 0 ? what + " with " + std::to_string(message.first) : what + " again";
  }

  static void draw(Schedule& schedule, Random& random) {
    set(schedule.shape, "ship", random.below(2));
    set(schedule.shape, "proposers", random.below(2) == 0 ? 0 : random.between(1, schedule.shape.ranks));
    set(schedule.shape, "resend_us", random.below(6) == 0 ? 0 : random.between(1, 12));
    if (schedule.shape["resend_us"] == 0) lose_nothing(schedule);
    schedule.shape.payload_bytes = 0;
    schedule.shape.in_flight = draw_window(random);
    schedule.operations = random.between<std::int64_t>(1, 24);
    schedule.faults.amnesia = 0;
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop;
  }
};

}  // namespace coordbench::testing::g_counter
