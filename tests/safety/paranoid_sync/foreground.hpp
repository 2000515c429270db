#pragma once
// The acknowledged send, which the background may slow down but not change.

#include <vector>

#include "tests/safety/paranoid_sync/state.hpp"

namespace coordbench::testing::paranoid_sync {

struct Foreground {
  static constexpr std::string_view sentence =
      "Foreground: an operation is acknowledged once, when the last server has answered its request, and each request that "
      "comes is answered";
  explicit Foreground(const Schedule& schedule)
      : last_(schedule.shape.ranks - 1),
        was_answered_(static_cast<std::size_t>(schedule.operations), last_ == 0),
        is_acknowledged_(was_answered_.size(), false) {}

  bool holds(const Step& step, const auto& /*world*/) {
    const bool comes = step.cause == Cause::deliver;
    if (speaks(step, Kind::answer) != (comes && step.message->kind == Kind::request ? 1 : 0)) return false;
    if (step.cause == Cause::propose && speaks(step, Kind::request) != (last_ > 0 ? 1 : 0)) return false;
    for (const auto& sent : step.sent) {
      if (sent.message.kind == Kind::request && (step.rank != 0 || sent.to != last_)) return false;
      if (sent.message.kind != Kind::answer) continue;
      if (sent.to != step.from || sent.message.first != step.message->first) return false;
      was_answered_[sent.message.first] = true;
    }
    return step.rank != 0 || marks_right(step);
  }

 private:
  static std::int64_t speaks(const Step& step, Kind kind) {
    return std::count_if(step.sent.begin(), step.sent.end(), [&](const auto& sent) { return sent.message.kind == kind; });
  }
  /// At rank 0: both marks of one operation, in their order, or none.
  bool marks_right(const Step& step) {
    const bool hears = step.cause == Cause::deliver && step.message->kind == Kind::answer;
    const Operation k = hears ? Operation{step.message->first} : step.operation;
    const bool ends = (hears || (step.cause == Cause::propose && last_ == 0)) && !is_acknowledged_[static_cast<std::size_t>(k)];
    if (!ends) return step.reached.empty();
    is_acknowledged_[static_cast<std::size_t>(k)] = true;
    return was_answered_[static_cast<std::size_t>(k)] && step.reached.size() == 2 &&
           step.reached[0].mark == ParanoidSync::acknowledged && step.reached[1].mark == ParanoidSync::known &&
           step.reached[0].operation == k && step.reached[1].operation == k;
  }

  Rank last_;
  std::vector<bool> was_answered_, is_acknowledged_;  ///< [operation]
};

/// By rank 0's own clock.
struct Patience {
  static constexpr std::string_view sentence =
      "Patience: only an open request is sent again, a time-out after it was sent last, and the alarm is set for it";
  explicit Patience(const Schedule& schedule) : timeout_(1000 * schedule.shape["resend_us"]) {}

  bool holds(const Step& step, const auto& world) {
    if (step.rank != 0) return true;
    const Time now = world.clock(0), due = is_open_ && timeout_ > 0 ? sent_at_ + timeout_ : kNever;
    for (const auto& sent : step.sent) {
      if (sent.message.kind != Kind::request) continue;
      if (step.cause == Cause::tick && (now < due || sent.message.first != open_)) return false;
      if (step.cause != Cause::tick && step.cause != Cause::propose) return false;
      is_open_ = true, open_ = sent.message.first, sent_at_ = now;
    }
    if (step.cause == Cause::deliver && step.message->kind == Kind::answer && step.message->first == open_) is_open_ = false;
    const Time next = is_open_ && timeout_ > 0 ? sent_at_ + timeout_ : kNever;
    return world.machine(0).deadline() == std::min(next, world.machine(0).alarm());
  }

 private:
  Time timeout_, sent_at_ = 0;
  bool is_open_ = false;
  Operation open_ = -1;
};

}  // namespace coordbench::testing::paranoid_sync
