#pragma once
// When a replica suspects the primary, and when it says how far it is, so that others can say again what it lacks. It decides;
// the machine around it sends. Source: Castro, Liskov, TOCS 20(4) 2002, 4.5 (time-outs that double), 5.2 (retransmission).

#include <algorithm>

#include "harness/protocol.hpp"

namespace coordbench::pbft {

class Timers {
 public:
  explicit Timers(Time timeout) : timeout_(timeout), status_at_(timeout > 0 ? kUnset : kNever) {}

  [[nodiscard]] bool are_on() const { return timeout_ > 0; }
  [[nodiscard]] Time deadline() const { return std::min(status_at_, suspect_at_); }

  /// Called after each step: the time-out runs while the replica waits for something.
  void watch(bool waits, Time now) {
    if (!waits)
      suspect_at_ = kNever;
    else if (suspect_at_ == kNever)
      suspect_at_ = now + length();
  }
  [[nodiscard]] bool are_running() const { return suspect_at_ != kNever; }
  /// What the replica waited for was carried out: the primary does its work.
  void progress() {
    suspect_at_ = kNever;
    changes_ = 0;
  }
  /// The replica moves to a new view, and gives each of a row of them twice the time of the last.
  void change_view() {
    suspect_at_ = kNever;
    ++changes_;
  }
  /// The new primary has as much time as the view change had.
  void begin_view() { suspect_at_ = kNever; }
  /// A replica that was asleep itself cannot tell its own silence from the primary's, and waits once more.
  [[nodiscard]] bool is_suspicious(Time now) {
    if (now < suspect_at_) return false;
    const bool was_asleep = now > suspect_at_ + length();
    suspect_at_ = kNever;
    return !was_asleep;
  }
  [[nodiscard]] bool is_status_due(Time now) {
    if (now < status_at_) return false;
    status_at_ = now + timeout_ / 2;
    return true;
  }
  void restart() {
    suspect_at_ = kNever;
    if (are_on()) status_at_ = kUnset;
  }

 private:
  static constexpr Time kUnset = INT64_MIN;  ///< to be set at the first tick: a machine has no clock of its own
  static constexpr int kDoublingsMost = 4;

  [[nodiscard]] Time length() const { return timeout_ << std::min(std::max(changes_ - 1, 0), kDoublingsMost); }

  Time timeout_, status_at_, suspect_at_ = kNever;
  int changes_ = 0;  ///< views that were tried since a request was carried out last
};

}  // namespace coordbench::pbft
