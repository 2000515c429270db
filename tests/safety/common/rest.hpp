#pragma once
// For replicas with a parameter resend_us: everybody learns everything, and then there is rest.

#include "tests/safety/schedule.hpp"

namespace coordbench::testing::common {

/// Whether no message has been lost so far, on its way or in a rank that crashed.
inline bool has_lost_nothing(const Happened& happened) {
  return happened.lost + happened.cut + happened.cut_for_ever + happened.crashes == 0;
}

template <class P>
struct Rest {
  static constexpr std::string_view sentence =
      "Termination: once failures are repaired, or if nothing was lost, every operation ends everywhere, and nobody sends "
      "again";
  explicit Rest(const Schedule& schedule) : operations_(schedule.operations), resends_(schedule.shape["resend_us"] > 0) {}

  bool holds_at_end(const auto& world) const {
    if (!resends_ && !has_lost_nothing(world.happened())) return true;
    for (Operation k = 0; k < operations_; ++k)
      if (world.is_owed(k) && (!world.was_proposed(k) || !world.has_ended(k))) return false;
    for (Rank rank = 0; resends_ && rank < world.size(); ++rank)
      if (world.is_correct(rank) && world.machine(rank).deadline() != kNever) return false;
    return true;
  }

 private:
  std::int64_t operations_;
  bool resends_;
};

}  // namespace coordbench::testing::common
