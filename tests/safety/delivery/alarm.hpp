#pragma once
// When a sender sends again, and that it comes to rest.

#include <map>

#include "kernels/delivery/ends.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::delivery {

/// Instants are looked at only where clocks do not drift: the step tells the world's.
template <class P>
struct Alarm {
  static constexpr std::string_view sentence =
      "Alarm: a message is sent again a time-out after it was sent last, and the alarm is set for the oldest that waits";
  explicit Alarm(const Schedule& schedule)
      : timeout_(1000 * schedule.shape["resend_us"]),
        drifts_(schedule.faults.drift_per_million > 0),
        receiver_(coordbench::delivery::receiver(schedule.shape)),
        sent_(static_cast<std::size_t>(schedule.shape.members())) {}

  bool holds(const Step<P>& step, const auto& world) {
    auto& waiting = sent_[static_cast<std::size_t>(step.rank)];
    const Time due = due_of(waiting);
    if (step.rank != receiver_)
      for (const auto& sent : step.sent) {
        const auto before = waiting.find(sent.message.first);
        if (before != waiting.end() && !drifts_ && step.at < before->second + timeout_) return false;
        waiting[sent.message.first] = step.at;
      }
    if (step.cause == Cause::deliver) waiting.erase(step.message->first);
    if (step.cause == Cause::tick && due > step.at && !drifts_ && !step.sent.empty()) return false;
    const Time alarm = world.machine(step.rank).deadline();
    return drifts_ ? (alarm == kNever) == (due_of(waiting) == kNever) : alarm == due_of(waiting);
  }

 private:
  using Waiting = std::map<Operation, Time>;  ///< when an unacknowledged operation was sent last

  [[nodiscard]] Time due_of(const Waiting& waiting) const {
    Time oldest = kNever;
    for (const auto& [k, at] : waiting) oldest = std::min(oldest, at);
    return timeout_ == 0 || oldest == kNever ? kNever : oldest + timeout_;
  }

  Time timeout_;
  bool drifts_;
  Rank receiver_;
  std::vector<Waiting> sent_;  ///< [rank]
};

}  // namespace coordbench::testing::delivery
