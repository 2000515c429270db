#pragma once
// The number of informed ranks never falls.

#include "tests/safety/gossip/informed.hpp"

namespace coordbench::testing::gossip {

struct Monotone {
  static constexpr std::string_view sentence = "Monotone: a rank learns a rumour once and knows it until the next one";
  explicit Monotone(const Schedule& schedule)
      : informed_(schedule), newest_(static_cast<std::size_t>(schedule.shape.ranks), -1) {}

  bool holds(const auto& step, const auto& world) {
    Operation& newest = newest_[static_cast<std::size_t>(step.rank)];
    newest = std::max(newest, step.cause == Cause::deliver ? Operation{step.message->first} : step.operation);
    if (!informed_.learn(step)) return false;
    if (newest < 0 || !informed_.knows(step.rank, newest)) return true;
    return world.machine(step.rank).answer(newest).outcome == coordbench::gossip::kInformed;
  }

 private:
  Informed informed_;
  std::vector<Operation> newest_;  ///< [rank]: the last rumour that it was told anything of
};

}  // namespace coordbench::testing::gossip
