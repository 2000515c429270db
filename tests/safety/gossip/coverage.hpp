#pragma once
// What gossip is for.

#include "tests/safety/schedule.hpp"

namespace coordbench::testing {

struct Coverage {
  static constexpr std::string_view sentence = "Coverage: once all failures are repaired, every rumour reaches every rank";
  explicit Coverage(const Schedule& schedule) : operations_(schedule.operations) {}

  bool holds_at_end(const auto& world) const {
    if (world.proposed() < operations_) return false;
    for (Operation k = 0; k < operations_; ++k)
      if (!world.has_ended(k)) return false;
    return true;
  }

 private:
  std::int64_t operations_;
};

}  // namespace coordbench::testing
