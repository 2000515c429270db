#pragma once
// Which updates a state has: those that were asked for, each from when it is known.

#include "tests/safety/or_set/updates.hpp"

namespace coordbench::testing::or_set {

struct Monotone {
  static constexpr std::string_view sentence = "Monotone: no replica ever knows fewer updates of another than before";
  explicit Monotone(const Schedule& schedule) : known_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    std::vector<Number>& before = known_[static_cast<std::size_t>(step.rank)];
    const std::vector<Number>& now = world.machine(step.rank).set().state().known;
    for (std::size_t replica = 0; replica < before.size(); ++replica)
      if (now[replica] < before[replica]) return false;
    before = now;
    return true;
  }

 private:
  std::vector<std::vector<Number>> known_;  ///< [rank]: after its last step
};

struct NoInvention {
  static constexpr std::string_view sentence = "No invention: nobody knows more updates of a replica than it was asked for";
  explicit NoInvention(const Schedule& schedule) : asked_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    asked_.follow(step);
    const std::vector<Number>& known = world.machine(step.rank).set().state().known;
    for (std::size_t replica = 0; replica < known.size(); ++replica)
      if (known[replica] > asked_.at(static_cast<Rank>(replica))) return false;
    return true;
  }

 private:
  Asked asked_;
};

struct NoLostUpdate {
  static constexpr std::string_view sentence = "No lost update: a replica knows every update that it was asked for";
  explicit NoLostUpdate(const Schedule& schedule) : asked_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    asked_.follow(step);
    const auto& set = world.machine(step.rank).set();
    return asked_.at(step.rank) == 0 || set.known(step.rank) >= asked_.at(step.rank);
  }

 private:
  Asked asked_;
};

}  // namespace coordbench::testing::or_set
