#pragma once
// Termination: what was asked for comes about in the end.

#include "tests/safety/schedule.hpp"

namespace coordbench::testing::common {

struct Termination {
  static constexpr std::string_view sentence = "Termination: once all failures are repaired, every operation ends";
  explicit Termination(const Schedule& schedule) : operations_(schedule.operations) {}

  bool holds_at_end(const auto& world) const {
    for (Operation k = 0; k < operations_; ++k)
      if (world.is_owed(k) && (!world.was_proposed(k) || !world.has_ended(k))) return false;
    return true;
  }

 private:
  std::int64_t operations_;
};

}  // namespace coordbench::testing::common
