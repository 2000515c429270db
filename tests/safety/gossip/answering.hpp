#pragma once
// How a rank answers a call.

#include <algorithm>

#include "tests/safety/gossip/informed.hpp"

namespace coordbench::testing::gossip {

struct Answering {
  static constexpr std::string_view sentence =
      "Answering: who is asked tells the rumour if it knows it, and on receipt says if it does not; with k, who knew says so";
  explicit Answering(const Schedule& schedule) : shape_(schedule.shape), informed_(schedule) {}

  bool holds(const auto& step, const auto& world) {
    using Kind = coordbench::gossip::Message::Kind;
    if (step.cause != Cause::deliver || is_late(step, world)) return informed_.learn(step), true;
    const Operation operation = step.message->first;
    const bool knew = shape_["pace"] == coordbench::gossip::lockstep
                          ? informed_.knew_before(step.rank, operation, step.message->round)
                          : informed_.knows(step.rank, operation);
    informed_.learn(step);
    if (step.message->kind == Kind::request)
      return says(step, Kind::rumour) == knew && says(step, Kind::nothing) == (!knew && on_receipt());
    if (step.message->kind == Kind::rumour) return says(step, Kind::known) == (knew && counts());
    return true;
  }

 private:
  /// Of a rumour that is over at this rank.
  static bool is_late(const auto& step, const auto& world) {
    for (Operation later = Operation{step.message->first} + 1; later < world.proposed(); ++later)
      if (world.machine(step.rank).takes_part_in() >= later) return true;
    return false;
  }
  static bool says(const auto& step, coordbench::gossip::Message::Kind kind) {
    return std::any_of(step.sent.begin(), step.sent.end(),
                       [&](const auto& sent) { return sent.to == step.from && sent.message.kind == kind; });
  }
  [[nodiscard]] bool on_receipt() const { return shape_["pace"] == coordbench::gossip::receipt; }
  [[nodiscard]] bool counts() const {
    return std::any_of(shape_.parameters.begin(), shape_.parameters.end(), [](const auto& it) { return it.name == "k"; }) &&
           shape_["k"] > 0;
  }

  Shape shape_;
  Informed informed_;
};

}  // namespace coordbench::testing::gossip
