#pragma once
// What is in the set.

#include "tests/safety/or_set/updates.hpp"

namespace coordbench::testing::or_set {

struct NoResurrection {
  static constexpr std::string_view sentence =
      "No resurrection: every dot is of an addition, and no update that its rank knows has taken it";
  explicit NoResurrection(const Schedule& schedule) : definition_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    definition_.follow(step, world);
    const crdt::CausalDots& state = world.machine(step.rank).set().state();
    const auto dots = state.dots.all();
    return !is_about_the_set(step) ||
           std::all_of(dots.begin(), dots.end(), [&](const auto& dot) { return definition_.has(dot, state.known); });
  }

 private:
  Definition definition_;
};

struct AddWins {
  static constexpr std::string_view sentence =
      "Add wins: a set contains every element with a known addition that no known update has seen";
  explicit AddWins(const Schedule& schedule) : definition_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    definition_.follow(step, world);
    const auto& set = world.machine(step.rank).set();
    for (std::uint32_t element = 0; is_about_the_set(step) && element < definition_.elements(); ++element)
      if (!set.contains(element) && definition_.contains(element, set.state().known)) return false;
    return true;
  }

 private:
  Definition definition_;
};

}  // namespace coordbench::testing::or_set
