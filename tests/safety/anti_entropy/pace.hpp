#pragma once
// When a rank calls.

#include "tests/safety/anti_entropy/updates.hpp"

namespace coordbench::testing::anti_entropy {

struct Pace {
  static constexpr std::string_view sentence =
      "Pace: of each operation that it hears of, a rank calls one other ttl times, a period apart";
  explicit Pace(const Schedule& schedule)
      : shape_(schedule.shape),
        drift_per_million_(schedule.faults.drift_per_million),
        seen_(static_cast<std::size_t>(shape_.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    const AntiEntropy& machine = world.machine(step.rank);
    Seen& seen = seen_[static_cast<std::size_t>(step.rank)];
    if (machine.takes_part_in() != seen.operation) {
      seen = {.operation = machine.takes_part_in(), .last = step.at};
      if (shape_.ranks > 1 && machine.deadline() == kNever) return false;
    }
    const auto calls =
        std::count_if(step.sent.begin(), step.sent.end(), [](const auto& sent) { return sent.message.kind == Kind::digest; });
    if (calls > (step.cause == Cause::tick ? 1 : 0)) return false;
    if (calls > 0 && !is_timely(seen, step)) return false;
    const bool goes_on = shape_.ranks > 1 && seen.operation >= 0 && seen.calls < shape_["ttl"];
    return (machine.deadline() != kNever) == goes_on;
  }

 private:
  struct Seen {
    Operation operation = -1;
    std::int64_t calls = 0;
    Time last = 0;  ///< when it heard of the operation, then of its last call
  };
  [[nodiscard]] Time least(Time period) const { return period - period * drift_per_million_ / 1'000'000 - 2; }
  [[nodiscard]] bool is_timely(Seen& seen, const Step& step) const {
    const Time since = step.at - std::exchange(seen.last, step.at), period = shape_["period_us"] * 1000;
    const auto& call = step.sent.front();
    if (call.to == step.rank || call.message.call != ++seen.calls) return false;
    return seen.calls == 1 || since >= least(period);
  }

  Shape shape_;
  std::int64_t drift_per_million_;
  std::vector<Seen> seen_;  ///< [rank]
};

}  // namespace coordbench::testing::anti_entropy
