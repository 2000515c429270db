#pragma once
// What a rank has: what was asked for, more and more of it, and it says so.

#include "tests/safety/anti_entropy/updates.hpp"

namespace coordbench::testing::anti_entropy {

struct NoCreation {
  static constexpr std::string_view sentence = "No creation: a rank has only what was asked for, byte by byte";
  explicit NoCreation(const Schedule& schedule)
      : shape_(schedule.shape), asked_(schedule), numbers_(static_cast<std::size_t>(shape_.ranks), asked_.newest()) {}

  bool holds(const Step& step, const auto& world) {
    asked_.follow(step);
    const AntiEntropy::Versions& versions = world.machine(step.rank).versions();
    Numbers& before = numbers_[static_cast<std::size_t>(step.rank)];
    for (std::size_t origin = 0; origin < before.size(); ++origin) {
      const auto number = versions.numbers()[origin];
      if (number > asked_.newest()[origin]) return false;
      if (number != std::exchange(before[origin], number) && number > 0 && !is_value(versions, static_cast<Rank>(origin)))
        return false;
    }
    return std::all_of(step.answered.begin(), step.answered.end(), [](const auto& answer) { return answer.payload_is_right; });
  }

 private:
  [[nodiscard]] bool is_value(const AntiEntropy::Versions& versions, Rank origin) const {
    const Operation of = (Operation{versions.number(origin)} - 1) * proposers_of<AntiEntropy>(shape_) + origin;
    const Payload& value = versions.value(origin);
    return static_cast<std::int64_t>(value.size()) == shape_.payload_bytes &&
           (value.size() == 0 || Pattern::of(shape_.seed, of, 0).matches(value.bytes()));
  }

  Shape shape_;
  Asked asked_;
  std::vector<Numbers> numbers_;  ///< [rank]: after its last step
};

struct Monotone {
  static constexpr std::string_view sentence = "Monotone: what a rank has of an origin is never replaced by something older";
  explicit Monotone(const Schedule& schedule) : numbers_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    Numbers& before = numbers_[static_cast<std::size_t>(step.rank)];
    const Numbers& now = world.machine(step.rank).versions().numbers();
    for (std::size_t origin = 0; origin < before.size(); ++origin)
      if (now[origin] < before[origin]) return false;
    before = now;
    return true;
  }

 private:
  std::vector<Numbers> numbers_;  ///< [rank]: after its last step
};

struct NoLostUpdate {
  static constexpr std::string_view sentence = "No lost update: an origin has every update that it was asked for";
  explicit NoLostUpdate(const Schedule& schedule) : asked_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    asked_.follow(step);
    const auto origin = static_cast<std::size_t>(step.rank);
    return origin >= asked_.newest().size() || world.machine(step.rank).versions().number(step.rank) >= asked_.newest()[origin];
  }

 private:
  Asked asked_;
};

struct Knowledge {
  static constexpr std::string_view sentence =
      "Knowledge: a rank is informed of the newest operation that it has heard of once, when it has the update";
  explicit Knowledge(const Schedule& schedule)
      : shape_(schedule.shape), informed_of_(static_cast<std::size_t>(shape_.ranks), -1) {}

  bool holds(const Step& step, const auto& world) {
    const AntiEntropy& machine = world.machine(step.rank);
    Operation& informed_of = informed_of_[static_cast<std::size_t>(step.rank)];
    for (const auto& reached : step.reached) {
      if (reached.operation <= informed_of) return false;
      informed_of = reached.operation;
    }
    const Operation operation = machine.takes_part_in();
    const bool has_it =
        operation >= 0 && machine.versions().number(origin_of(shape_, operation)) >= number_of(shape_, operation);
    return has_it == (operation >= 0 && informed_of == operation) &&
           std::all_of(step.answered.begin(), step.answered.end(), [](const auto& answer) { return answer.is_accepted; });
  }

 private:
  Shape shape_;
  std::vector<Operation> informed_of_;  ///< [rank]: the newest
};

}  // namespace coordbench::testing::anti_entropy
