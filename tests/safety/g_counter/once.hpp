#pragma once
// What comes again is not news.

#include "tests/safety/g_counter/increments.hpp"

namespace coordbench::testing::g_counter {

struct Once {
  static constexpr std::string_view sentence = "Once: a replica reaches each mark of an operation once";
  explicit Once(const Schedule& schedule)
      : ranks_(static_cast<std::size_t>(schedule.shape.ranks)),
        reached_(static_cast<std::size_t>(schedule.operations) * ranks_ * GCounter::marks.size(), false) {}

  bool holds(const Step& step, const auto& /*world*/) {
    for (const auto& reached : step.reached) {
      const std::size_t row = static_cast<std::size_t>(reached.operation) * ranks_ + static_cast<std::size_t>(step.rank);
      auto before = reached_.at(row * GCounter::marks.size() + static_cast<std::size_t>(reached.mark));
      if (before) return false;
      before = true;
    }
    return true;
  }

 private:
  std::size_t ranks_;
  std::vector<bool> reached_;  ///< [operation, rank, mark]
};

}  // namespace coordbench::testing::g_counter
