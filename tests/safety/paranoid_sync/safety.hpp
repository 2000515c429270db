#pragma once
// What paranoid_sync promises, and what it claims to survive: everything but the loss of a rank's memory. Messages may be lost
// only where a timer mends that: with repair=on_change nothing is told twice, and without resend_us no request is.

#include "tests/safety/common/termination.hpp"
#include "tests/safety/delivery/counted.hpp"
#include "tests/safety/paranoid_sync/foreground.hpp"
#include "tests/safety/paranoid_sync/pace.hpp"
#include "tests/safety/paranoid_sync/reconciliation.hpp"
#include "tests/safety/paranoid_sync/state.hpp"

namespace coordbench::testing::paranoid_sync {

struct Safety {
  using Protocol = ParanoidSync;
  /// A wrong state or timer also keeps operations from ending, so the narrower invariants come first.
  using Invariants = std::tuple<Monotone, NoCreation, Knowledge, Foreground, delivery::Counted<ParanoidSync>, Reconciliation,
                                Pace, Patience, common::Termination>;

  static std::string describe(const ParanoidSync::Message& message) {
    static constexpr std::array kNames{"request", "answer", "state", "digest"};
    const bool is_foreground = message.kind <= Kind::answer;
    return std::string(kNames[static_cast<std::size_t>(message.kind)]) + (is_foreground ? " of operation " : " of version ") +
           std::to_string(is_foreground ? message.first : message.version) +
           (is_foreground && message.count == 0 ? " again" : "");
  }

  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    set(shape, "repair", random.below(3));
    set(shape, "period_us", random.between<std::int64_t>(1, 8));
    set(shape, "changes", random.below(3) == 0 ? 100 : random.between<std::int64_t>(0, 100));
    set(shape, "resend_us", random.below(3) == 0 ? 0 : random.between<std::int64_t>(1, 12));
    if (shape["repair"] == ParanoidSync::on_change || shape["resend_us"] == 0) lose_nothing(schedule);
    schedule.operations = random.between<std::int64_t>(1, 24);
    schedule.faults.amnesia = 0;
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop;
  }

  /// The timers go on for ever. Operations have ended everywhere when the user is done; what is under way changes nothing.
  static bool is_at_rest(const auto& world) {
    for (Rank rank = 0; rank < world.size(); ++rank)
      if (world.machine(rank).version() != world.machine(0).version()) return false;
    return true;
  }
};

}  // namespace coordbench::testing::paranoid_sync
