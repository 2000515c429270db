#pragma once
// Strong eventual consistency, in the end: all texts are equal.

#include "tests/safety/sequence_crdt/edits.hpp"

namespace coordbench::testing::sequence_crdt {

struct Convergence {
  static constexpr std::string_view sentence = "Convergence: once failures are repaired, all texts are equal";
  explicit Convergence(const Schedule& /*schedule*/) {}

  bool holds_at_end(const auto& world) const {
    for (Rank rank = 1; rank < world.size(); ++rank)
      if (shown_by(world.machine(rank)) != shown_by(world.machine(0))) return false;
    return true;
  }
};

}  // namespace coordbench::testing::sequence_crdt
