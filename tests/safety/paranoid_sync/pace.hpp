#pragma once
// What the background is.

#include <set>

#include "tests/safety/paranoid_sync/state.hpp"

namespace coordbench::testing::paranoid_sync {

/// By each rank's own clock.
struct Pace {
  static constexpr std::string_view sentence =
      "Pace: each period a rank tells all others of its state, or asks one; with on_change rank 0 tells all others in the step "
      "of the change, and nobody sends anything else";
  explicit Pace(const Schedule& schedule)
      : shape_(schedule.shape),
        repair_(shape_["repair"]),
        period_(1000 * shape_["period_us"]),
        alarms_(static_cast<std::size_t>(shape_.ranks), -60 * kSecond) {}

  bool holds(const Step& step, const auto& world) {
    const bool is_reply = step.cause == Cause::deliver && step.message->kind == Kind::digest;
    if (repair_ == ParanoidSync::on_change || shape_.ranks == 1)
      return world.machine(step.rank).alarm() == kNever && tells(step) == (changes(step) ? shape_.ranks - 1 : 0);
    const Time now = world.clock(step.rank), alarm = world.machine(step.rank).alarm();
    const Time due = std::exchange(alarms_[static_cast<std::size_t>(step.rank)], alarm);
    if (step.cause != Cause::tick || now < due) return alarm == due && (is_reply || tells(step) == 0);
    const bool is_on_time = now - due < period_;
    if (alarm <= now || alarm > now + period_ || (is_on_time && alarm != now + period_)) return false;
    return tells(step) == (!is_on_time ? 0 : repair_ == ParanoidSync::none ? shape_.ranks - 1 : 1);
  }

 private:
  [[nodiscard]] bool changes(const Step& step) const {
    return step.cause == Cause::propose && ParanoidSync::kind(shape_, step.operation) == 1;
  }
  /// How many other ranks are told or asked, as is due; -1: in the wrong way, or one of them twice.
  [[nodiscard]] int tells(const Step& step) const {
    const Kind due = repair_ == ParanoidSync::gossip ? Kind::digest : Kind::state;
    std::set<Rank> others;
    for (const auto& sent : step.sent) {
      if (sent.message.kind <= Kind::answer) continue;
      const bool is_right = sent.message.kind == due && sent.message.count == (repair_ == ParanoidSync::on_change ? 1 : 0);
      if (!is_right || sent.to == step.rank || !others.insert(sent.to).second) return -1;
    }
    return static_cast<int>(others.size());
  }

  Shape shape_;
  std::int64_t repair_;
  Time period_;
  std::vector<Time> alarms_;  ///< [rank]
};

}  // namespace coordbench::testing::paranoid_sync
