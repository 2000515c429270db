#pragma once
// Whatever the network did: who sends again until it is acknowledged loses nothing.

#include "tests/safety/operation_counter/deliveries.hpp"

namespace coordbench::testing::operation_counter {

struct NoUndercount {
  static constexpr std::string_view sentence =
      "No undercount: once failures are repaired, who sends again has brought each increment to every replica";
  explicit NoUndercount(const Schedule& schedule) : deliveries_(schedule), resends_(schedule.shape["resend_us"] > 0) {}

  bool holds(const Step& step, const auto& /*world*/) { return deliveries_.follow(step), true; }
  bool holds_at_end(const auto& world) {
    for (Rank rank = 0; resends_ && rank < world.size(); ++rank)
      if (!deliveries_.has_all(rank, world)) return false;
    return true;
  }

 private:
  Deliveries deliveries_;
  bool resends_;
};

}  // namespace coordbench::testing::operation_counter
