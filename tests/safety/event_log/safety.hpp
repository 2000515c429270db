#pragma once
// What the event log promises, and what it claims to survive: with resend_us everything but the loss of what a replica knows;
// without it everything but loss. A replica that had forgotten its fold could not make it again, as nobody keeps old events.

#include "tests/safety/common/acknowledged.hpp"
#include "tests/safety/common/patience.hpp"
#include "tests/safety/common/told_window.hpp"
#include "tests/safety/event_log/convergence.hpp"
#include "tests/safety/event_log/folded_once.hpp"
#include "tests/safety/event_log/knowledge.hpp"

namespace coordbench::testing::event_log {

struct Safety {
  using Protocol = EventLog;
  /// What is told or folded wrong makes the folds differ in the end: the narrower first.
  using Invariants = std::tuple<common::ToldOnce<Protocol>, common::Patience<Protocol>, common::Acknowledged<Protocol>,
                                common::ToldWindow<Protocol>, FoldedOnce, Knowledge, Convergence, common::Rest<Protocol>>;

  static std::string describe(const EventLog::Message& message) {
    const std::string operation = std::to_string(message.first);
    if (!common::is_update<Protocol>(message)) return "acknowledge " + operation;
    return message.count > 0 ? "event " + operation : "event " + operation + " again";
  }

  /// Where appends do not wait, fewer events are under way than a replica remembers.
  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    set(shape, "proposers", random.below(2) == 0 ? 0 : random.between(1, shape.ranks));
    set(shape, "resend_us", random.below(5) == 0 ? 0 : random.between(1, 12));
    shape.in_flight = draw_window(random);
    const std::int64_t least = shape["resend_us"] == 0 ? shape.in_flight : 1;
    set(shape, "keep", random.below(4) == 0 ? 64 : random.between<std::int64_t>(least, 16));
    if (shape["resend_us"] == 0 && random.below(2) == 0) lose_nothing(schedule);
    if (random.below(2) == 0) shape.payload_bytes = random.between(0, 40);
    schedule.operations = random.between<std::int64_t>(1, 60);
    schedule.faults.amnesia = 0;
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop;
  }
};

}  // namespace coordbench::testing::event_log
