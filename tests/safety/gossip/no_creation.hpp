#pragma once
// What is heard was said.

#include <algorithm>

#include "tests/safety/gossip/informed.hpp"

namespace coordbench::testing::gossip {

struct NoCreation {
  static constexpr std::string_view sentence =
      "No creation: a rank learns the rumour that was proposed, from a rank that knew it";
  explicit NoCreation(const Schedule& schedule) : informed_(schedule) {}

  bool holds(const auto& step, const auto& world) {
    informed_.learn(step);
    const auto was_heard = [&](const auto& answer) {
      const bool from_somebody = step.cause == Cause::deliver && step.message->first == answer.operation &&
                                 step.message->kind == coordbench::gossip::Message::Kind::rumour;
      const Answer known = world.machine(step.rank).answer(answer.operation);
      return (step.cause == Cause::propose || from_somebody) && answer.payload_is_right &&
             static_cast<std::int64_t>(known.payload.size()) == world.shape().payload_bytes;
    };
    const auto is_known = [&](const auto& sent) {
      return sent.message.kind != coordbench::gossip::Message::Kind::rumour || informed_.knows(step.rank, sent.message.first);
    };
    return std::all_of(step.answered.begin(), step.answered.end(), was_heard) &&
           std::all_of(step.sent.begin(), step.sent.end(), is_known);
  }

 private:
  Informed informed_;
};

}  // namespace coordbench::testing::gossip
