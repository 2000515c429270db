#pragma once
// Kernels in which rank 0 asks one question after the other (kernels/delivery/round_trips.hpp): when it asks again.

#include <map>

#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::delivery {

/// Instants are looked at only where clocks do not drift: the step tells the world's.
template <class P>
struct QuestionAlarm {
  static constexpr std::string_view sentence =
      "Alarm: a question is asked again a time-out after it was asked last, and the alarm is set for the first that is due";
  explicit QuestionAlarm(const Schedule& schedule)
      : timeout_(1000 * schedule.shape["resend_us"]), drifts_(schedule.faults.drift_per_million > 0) {}

  bool holds(const Step<P>& step, const auto& world) {
    const Time alarm = world.machine(step.rank).deadline();
    if (step.rank != 0) return alarm == kNever;
    if (step.cause == Cause::deliver) forget(step.message->first, step.message->turn);
    for (const auto& sent : step.sent) {
      const auto before = waiting_.find(sent.message.first);
      if (before != waiting_.end() && !drifts_ && step.at < before->second.asked_at + timeout_) return false;
      waiting_[sent.message.first] = {sent.message.turn, step.at};
    }
    return drifts_ ? (alarm == kNever) == (due() == kNever) : alarm == due();
  }

 private:
  struct Waiting {
    std::uint32_t turn;
    Time asked_at;  ///< for the last time
  };

  void forget(Operation k, std::uint32_t turn) {
    const auto waiting = waiting_.find(k);
    if (waiting != waiting_.end() && waiting->second.turn == turn) waiting_.erase(waiting);
  }
  [[nodiscard]] Time due() const {
    Time oldest = kNever;
    for (const auto& [k, waiting] : waiting_) oldest = std::min(oldest, waiting.asked_at);
    return timeout_ == 0 || oldest == kNever ? kNever : oldest + timeout_;
  }

  Time timeout_;
  bool drifts_;
  std::map<Operation, Waiting> waiting_{};
};

}  // namespace coordbench::testing::delivery
