#pragma once
// Strong eventual consistency, in the end: all edits are in all texts, all texts are equal, and then there is rest.

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

struct Termination {
  static constexpr std::string_view sentence =
      "Termination: once failures are repaired, every operation becomes known everywhere, and then nothing is sent again";
  explicit Termination(const Schedule& schedule) : shape_(schedule.shape), operations_(schedule.operations) {}

  bool holds_at_end(const auto& world) const {
    for (Operation k = 0; k < operations_; ++k)
      if (!world.was_proposed(k) || !world.has_ended(k)) return false;
    for (Rank rank = 0; rank < shape_.ranks; ++rank)
      if (world.machine(rank).deadline() != kNever) return false;
    return true;
  }

 private:
  Shape shape_;
  std::int64_t operations_;
};

}  // namespace coordbench::testing::sequence_crdt
