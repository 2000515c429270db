#pragma once
// Nobody stops too early, or too late.

#include <algorithm>
#include <vector>

#include "tests/safety/gossip/informed.hpp"

namespace coordbench::testing::gossip {

struct Persistence {
  static constexpr std::string_view sentence =
      "Persistence: a rank calls whenever its pace has it call, until ttl, or until k ranks have said that they knew";
  explicit Persistence(const Schedule& schedule)
      : shape_(schedule.shape), seen_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const auto& step, const auto& world) {
    if (shape_["pace"] == coordbench::gossip::lockstep || shape_.ranks == 1) return true;  // one rank has nobody to call
    const auto& machine = world.machine(step.rank);
    using Gossip = std::remove_cvref_t<decltype(machine)>;
    Seen& seen = seen_[static_cast<std::size_t>(step.rank)];
    if (machine.takes_part_in() != seen.operation) seen = {.operation = machine.takes_part_in()};
    if (seen.operation < 0) return true;
    const Seen before = seen;
    note(seen, step);
    if (shape_["pace"] == coordbench::gossip::receipt) return calls_at_once<Gossip>(before, seen, step);
    return (machine.deadline() != kNever) == goes_on<Gossip>(seen);
  }

 private:
  struct Seen {
    Operation operation = -1;
    bool began = false, informed = false;
    std::int64_t ticks = 0, known = 0, asked_again = 0;
  };

  static void note(Seen& seen, const auto& step) {
    using Kind = coordbench::gossip::Message::Kind;
    seen.began |= step.cause == Cause::begin && step.operation == seen.operation;
    for (const auto& answer : step.answered) seen.informed |= answer.operation == seen.operation;
    seen.ticks += step.cause == Cause::tick && !step.sent.empty() ? 1 : 0;
    seen.asked_again += is_denied(step, seen.operation) && !step.sent.empty() ? 1 : 0;
    seen.known += step.cause == Cause::deliver && step.message->kind == Kind::known && step.message->first == seen.operation;
  }
  template <class Gossip>
  [[nodiscard]] bool goes_on(const Seen& seen) const {
    const bool has_stopped = seen.ticks >= shape_["ttl"];
    if constexpr (!Gossip::calls.pushes) return seen.began && !seen.informed && !has_stopped;
    else return (seen.began || seen.informed) && !has_stopped && (shape_["k"] == 0 || seen.known < shape_["k"]);
  }

  static bool is_denied(const auto& step, Operation operation) {
    using Kind = coordbench::gossip::Message::Kind;
    return step.cause == Cause::deliver && step.message->kind == Kind::nothing && step.message->first == operation;
  }
  /// On receipt.
  template <class Gossip>
  [[nodiscard]] bool calls_at_once(const Seen& before, const Seen& now, const auto& step) const {
    const auto partners = static_cast<std::size_t>(std::min<std::int64_t>(shape_["fanout"], shape_.ranks - 1));
    if (Gossip::calls.pushes && now.informed && !before.informed) return step.sent.size() == partners;
    if (now.began && !before.began) return step.sent.size() == (now.informed ? 0 : partners);
    const bool asks = !now.informed && before.asked_again < shape_["ttl"] * shape_["fanout"] - 1;
    return !is_denied(step, now.operation) || step.sent.size() == (asks ? 1 : 0);
  }

  Shape shape_;
  std::vector<Seen> seen_;  ///< [rank]
};

}  // namespace coordbench::testing::gossip
