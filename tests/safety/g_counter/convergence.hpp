#pragma once
// Strong eventual consistency, in the end: all increments are in all states, and then there is rest.

#include "tests/safety/g_counter/increments.hpp"

namespace coordbench::testing::g_counter {

struct Convergence {
  static constexpr std::string_view sentence =
      "Convergence: once failures are repaired, every state is the join of all increments";
  explicit Convergence(const Schedule& schedule) : shape_(schedule.shape), operations_(schedule.operations) {}

  bool holds_at_end(const auto& world) const {
    GCounter::Counts all(shape_.ranks);
    for (Operation k = 0; k < operations_; ++k) all.increment(replica_of(shape_, k));
    for (Rank rank = 0; rank < shape_.ranks; ++rank)
      if (!(world.machine(rank).counts() == all)) return false;
    return true;
  }

 private:
  Shape shape_;
  std::int64_t operations_;
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

}  // namespace coordbench::testing::g_counter
