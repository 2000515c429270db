#pragma once
// Live as long as nothing is lost: neither a message on its way nor what had come to a rank that crashed.

#include "tests/safety/common/rest.hpp"
#include "tests/safety/locked_counter/world.hpp"

namespace coordbench::testing::locked_counter {

struct Termination {
  static constexpr std::string_view sentence = "Termination: if nothing is lost, every operation ends";
  explicit Termination(const Schedule& schedule) : operations_(schedule.operations) {}

  bool holds_at_end(const auto& world) const {
    if (!common::has_lost_nothing(world.happened())) return true;
    for (Operation k = 0; k < operations_; ++k)
      if (!world.was_proposed(k) || !world.has_ended(k)) return false;
    return true;
  }

 private:
  std::int64_t operations_;
};

}  // namespace coordbench::testing::locked_counter
