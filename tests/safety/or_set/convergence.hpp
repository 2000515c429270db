#pragma once
// Strong eventual consistency, in the end: all updates are in all states, and all states are one.

#include "tests/safety/or_set/updates.hpp"

namespace coordbench::testing::or_set {

struct Convergence {
  static constexpr std::string_view sentence =
      "Convergence: once failures are repaired, every replica knows all updates and has the same dots";
  explicit Convergence(const Schedule& schedule) : shape_(schedule.shape), operations_(schedule.operations) {}

  bool holds_at_end(const auto& world) const {
    std::vector<Number> all(static_cast<std::size_t>(proposers_of<OrSet>(shape_)), 0);
    for (Operation k = 0; k < operations_; ++k) ++all[static_cast<std::size_t>(replica_of(shape_, k))];
    const auto first = world.machine(0).set().state().dots.all();
    for (Rank rank = 0; rank < shape_.ranks; ++rank) {
      const crdt::CausalDots& state = world.machine(rank).set().state();
      const auto dots = state.dots.all();
      if (state.known != all || !std::equal(dots.begin(), dots.end(), first.begin(), first.end())) return false;
    }
    return true;
  }

 private:
  Shape shape_;
  std::int64_t operations_;
};

}  // namespace coordbench::testing::or_set
