#pragma once
// A state is no larger than what is in the set, and what may still come.

#include "tests/safety/or_set/updates.hpp"

namespace coordbench::testing::or_set {

struct NoTombstones {
  static constexpr std::string_view sentence =
      "No tombstones: a state has one dot of an element and replica, of a known update; and apart, removed ones yet to come";
  explicit NoTombstones(const Schedule& schedule) : ranks_(schedule.shape.ranks) {}

  bool holds(const Step& step, const auto& world) const {
    const crdt::CausalDots& state = world.machine(step.rank).set().state();
    return is_sorted(state.dots) && is_sorted(state.early) &&
           all_of(state.dots, [&](const crdt::Dot& dot) { return dot.number <= state.known[dot.replica]; }) &&
           all_of(state.early, [&](const crdt::Dot& dot) { return dot.number > state.known[dot.replica]; });
  }
  bool holds_at_end(const auto& world) const {
    for (Rank rank = 0; rank < ranks_; ++rank)
      if (!world.machine(rank).set().state().early.all().empty()) return false;
    return true;
  }

 private:
  static bool all_of(const crdt::Dots& dots, auto&& is_right) {
    return std::all_of(dots.all().begin(), dots.all().end(), is_right);
  }
  static bool is_sorted(const crdt::Dots& dots) {
    for (std::size_t i = 1; i < dots.all().size(); ++i)
      if (dots.all()[i - 1].key() >= dots.all()[i].key()) return false;
    return true;
  }

  int ranks_;
};

}  // namespace coordbench::testing::or_set
