#pragma once
// A mark tells the truth, and tells it once.

#include "tests/safety/or_set/updates.hpp"

namespace coordbench::testing::or_set {

struct Knowledge {
  static constexpr std::string_view sentence = "Knowledge: who knows an operation has it in its state, and says so";
  explicit Knowledge(const Schedule& schedule) : shape_(schedule.shape) {}

  bool holds(const Step& step, const auto& world) const {
    for (const auto& reached : step.reached) {
      const Rank replica = replica_of(shape_, reached.operation);
      if (world.machine(step.rank).set().known(replica) < number_of(shape_, reached.operation)) return false;
      if (reached.mark == OrSet::updated && step.rank != replica) return false;
    }
    return std::all_of(step.answered.begin(), step.answered.end(), [](const auto& answer) { return answer.is_accepted; });
  }

 private:
  Shape shape_;
};

struct Once {
  static constexpr std::string_view sentence = "Once: a replica reaches each mark of an operation once";
  explicit Once(const Schedule& schedule)
      : ranks_(static_cast<std::size_t>(schedule.shape.ranks)),
        reached_(static_cast<std::size_t>(schedule.operations) * ranks_ * OrSet::marks.size(), false) {}

  bool holds(const Step& step, const auto& /*world*/) {
    for (const auto& reached : step.reached) {
      const std::size_t row = static_cast<std::size_t>(reached.operation) * ranks_ + static_cast<std::size_t>(step.rank);
      auto before = reached_.at(row * OrSet::marks.size() + static_cast<std::size_t>(reached.mark));
      if (before) return false;
      before = true;
    }
    return true;
  }

 private:
  std::size_t ranks_;
  std::vector<bool> reached_;  ///< [operation, rank, mark]
};

}  // namespace coordbench::testing::or_set
