#pragma once
// How often a rank calls, at most.

#include <algorithm>
#include <vector>

#include "tests/safety/gossip/informed.hpp"

namespace coordbench::testing::gossip {

/// A call is a message that answers none.
struct Thrift {
  static constexpr std::string_view sentence =
      "Thrift: a rank calls with what its kind calls with; by timers ttl times at most, a period apart; on receipt once";
  explicit Thrift(const Schedule& schedule)
      : shape_(schedule.shape),
        drift_per_million_(schedule.faults.drift_per_million),
        ranks_(static_cast<std::size_t>(schedule.shape.ranks)),
        seen_(static_cast<std::size_t>(schedule.operations) * ranks_) {}

  bool holds(const auto& step, const auto& world) {
    using Kind = coordbench::gossip::Message::Kind;
    std::int64_t told = 0, asked = 0;
    Operation operation = -1;
    for (const auto& sent : step.sent) {
      operation = sent.message.first;
      const bool answers = step.cause == Cause::deliver && sent.to == step.from && step.message->kind != Kind::rumour;
      told += sent.message.kind == Kind::rumour && !answers ? 1 : 0;
      asked += sent.message.kind == Kind::request ? 1 : 0;
    }
    constexpr auto kCalls = std::remove_cvref_t<decltype(world.machine(0))>::calls;
    if ((told > 0 && !kCalls.pushes) || (asked > 0 && !kCalls.pulls)) return false;
    if (told + asked == 0 || shape_["pace"] == coordbench::gossip::lockstep) return told + asked <= shape_["fanout"];
    Seen& seen = seen_[static_cast<std::size_t>(operation) * ranks_ + static_cast<std::size_t>(step.rank)];
    return shape_["pace"] == coordbench::gossip::timer ? ticks(seen, step, told + asked) : calls_once(seen, told, asked);
  }

 private:
  struct Seen {
    std::int64_t ticks = 0, told = 0, asked = 0;
    Time last = -1;
  };

  /// On the rank's own clock, which may be fast.
  bool ticks(Seen& seen, const auto& step, std::int64_t calls) const {
    const Time apart = 1'000'000'000 * shape_["period_us"] / (1'000'000 + drift_per_million_) - 2;
    const bool in_time = seen.last < 0 || step.at - seen.last >= apart;
    seen.last = step.at;
    const bool calls_all = calls == std::min<std::int64_t>(shape_["fanout"], shape_.ranks - 1);
    return step.cause == Cause::tick && ++seen.ticks <= shape_["ttl"] && calls_all && in_time;
  }
  bool calls_once(Seen& seen, std::int64_t told, std::int64_t asked) const {
    seen.told += told;
    seen.asked += asked;
    return seen.told <= shape_["fanout"] && seen.asked <= (shape_["ttl"] + 1) * shape_["fanout"] - 1;
  }

  Shape shape_;
  Time drift_per_million_;
  std::size_t ranks_;
  std::vector<Seen> seen_;  ///< [operation, rank]
};

}  // namespace coordbench::testing::gossip
