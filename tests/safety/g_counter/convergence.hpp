#pragma once
// Strong eventual consistency, in the end: all increments are in all states.

#include "tests/safety/g_counter/increments.hpp"

namespace coordbench::testing::g_counter {

struct Convergence {
  static constexpr std::string_view sentence =
      "Convergence: once failures are repaired, every state is the join of all increments";
  explicit Convergence(const Schedule& schedule) : shape_(schedule.shape), operations_(schedule.operations) {}

  bool holds_at_end(const auto& world) const {
    GCounter::Counts all(shape_.ranks);
    for (Operation k = 0; k < operations_; ++k) all.increment(proposer_of<GCounter>(shape_, k));
    for (Rank rank = 0; rank < shape_.ranks; ++rank)
      if (!(world.machine(rank).counts() == all)) return false;
    return true;
  }

 private:
  Shape shape_;
  std::int64_t operations_;
};

}  // namespace coordbench::testing::g_counter
