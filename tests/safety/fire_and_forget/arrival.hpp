#pragma once
// A network that loses nothing is all that a delivery needs.

#include "kernels/fire_and_forget.hpp"
#include "tests/safety/schedule.hpp"

namespace coordbench::testing::fire_and_forget {

struct Arrival {
  static constexpr std::string_view sentence =
      "Arrival: unless the network or a crash loses something, every operation is delivered";
  explicit Arrival(const Schedule& schedule) : operations_(schedule.operations) {}

  bool holds_at_end(const auto& world) const {
    const auto& happened = world.happened();
    if (happened.lost + happened.cut + happened.crashes > 0) return true;
    for (Operation k = 0; k < operations_; ++k)
      if (!world.has_ended(k)) return false;
    return true;
  }

 private:
  std::int64_t operations_;
};

}  // namespace coordbench::testing::fire_and_forget
