#pragma once
// The start line of an operation, outside the clock.

#include <sched.h>

#include <algorithm>

#include "harness/case.hpp"
#include "harness/machine/clock.hpp"
#include "harness/machine/clock_model.hpp"
#include "harness/machine/simulator.hpp"
#include "harness/measure/control_tree.hpp"
#include "harness/simulated.hpp"

namespace coordbench {

/// How far ahead the start instant is set: as little as keeps about one start in a hundred late. A long wait cools caches
/// and shows in the latency; a short one lets ranks start late, which is marked in the samples.
class Slack {
 public:
  [[nodiscard]] Time ns() const { return ns_; }
  /// `least_ns` is the least slack that a rank had at the last start.
  void adapt(Time least_ns) {
    if (least_ns < 0)
      ns_ = std::min(ns_ + ns_ / 2, kMost);
    else
      ns_ = std::max(ns_ - ns_ / 256 - (least_ns > kComfortable ? least_ns / 16 : 0), kLeast);
  }

 private:
  static constexpr Time kLeast = 200, kMost = 2'000'000, kComfortable = 1000;
  Time ns_ = 20'000;
};

class StartLine {
 public:
  /// `clock` is this rank's against rank 0's. `yields`: more ranks than cores, so spinning would starve a peer.
  StartLine(ControlTree& tree, Sync sync, const ClockModel& clock, bool yields)
      : tree_(tree), sync_(sync), clock_(clock), yields_(yields) {}
  StartLine(const StartLine&) = delete;
  StartLine& operator=(const StartLine&) = delete;
  ~StartLine() {
    if constexpr (kSimulated)
      if (gate_ != kNoGate && tree_.rank() == 0) simulator::remove_gate(gate_);  // its samples in, everybody has passed it
  }

  /// Where operations begin at every rank: every rank calls it before every operation. Returns the slack that this rank had,
  /// ns; negative: late.
  Time line_up() {
    if (sync_ == Sync::none) return 0;
    if (sync_ == Sync::barrier) {
      tree_.barrier();
      return 0;
    }
    if constexpr (kSimulated) return pass_gate();
    const Tally tally = tree_.gather({.least_slack_ns = last_slack_});
    Time start = 0;
    if (tree_.rank() == 0) {
      if (tally.least_slack_ns != kNever) slack_.adapt(tally.least_slack_ns);
      start = now_ns() + slack_.ns();
      tree_.say({Cue::start_at, start});
    } else {
      start = clock_.to_local(tree_.await_word().value);
    }
    return last_slack_ = spin_until(start);
  }

  /// Where one rank is asked, there: a short pause once everyone has said that it has finished with the last operation, so that
  /// the last of them is back at its work.
  Time pause() { return sync_ == Sync::round_time ? spin_until(now_ns() + kPause) : 0; }

 private:
  static constexpr Time kPause = 500;
  static constexpr std::int64_t kNoGate = 0;

  /// Simulated ranks need not agree on an instant: they share one.
  Time pass_gate() {
    if (gate_ == kNoGate && tree_.rank() == 0) tree_.say({Cue::start_at, gate_ = simulator::make_gate(tree_.ranks())});
    if (gate_ == kNoGate) gate_ = tree_.await_word().value;
    simulator::pass_gate(gate_);
    return 0;
  }

  /// A simulated rank must not spin, because its time would stand still. It has no caches to warm either.
  [[nodiscard]] Time spin_until(Time start) const {
    if constexpr (kSimulated) return 0;
    const Time arrival = now_ns();
    while (now_ns() < start)
      if (yields_) sched_yield();
    return start - arrival;
  }

  ControlTree& tree_;
  Sync sync_;
  ClockModel clock_;
  bool yields_;
  Slack slack_;
  Time last_slack_ = kNever;
  std::int64_t gate_ = kNoGate;
};

}  // namespace coordbench
