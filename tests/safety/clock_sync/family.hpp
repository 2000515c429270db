#pragma once
// What a comparison of clocks promises, and what it claims to survive: every fault. A rank that has forgotten an operation, or
// was down when it began, does not end it; whatever a rank does answer is right.

#include "tests/safety/clock_sync/bound.hpp"
#include "tests/safety/clock_sync/endings.hpp"
#include "tests/safety/clock_sync/one_by_one.hpp"
#include "tests/safety/delivery/counted.hpp"
#include "tests/safety/delivery/draw.hpp"

namespace coordbench::testing::clock_sync {

template <class P>
struct Family {
  using Protocol = P;
  /// A wrong message also makes an operation end too early or never: the narrower first.
  using Invariants = std::tuple<Bound<P>, delivery::Counted<P>, OneByOne<P>, Knowledge<P>, Patience<P>, Termination<P>>;

  static std::string describe(const typename P::Message& message) {
    return "exchange " + std::to_string(message.probe) + (message.count == 0 ? " again" : "") + ", stamp " +
           std::to_string(message.stamp);
  }

  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    set(shape, "probes",
        random.between<std::int64_t>(std::is_same_v<P, ClockSyncPairs> ? 2 : 1, random.below(4) == 0 ? 16 : 5));
    set(shape, "resend_us", random.below(4) == 0 ? 0 : random.between<std::int64_t>(1, 12));
    if (shape["resend_us"] == 0) lose_nothing(schedule);
    if (random.below(2) == 0) schedule.faults.crash_every_ns = schedule.faults.crash_lasts_ns = 0;
    if (random.below(2) == 0) delivery::tell_of_loss(schedule);
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop;
  }
};

}  // namespace coordbench::testing::clock_sync
