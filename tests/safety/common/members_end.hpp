#pragma once
// Termination where a configuration from outside may exclude servers, and with them proposers.

#include "tests/safety/schedule.hpp"

namespace coordbench::testing::common {

template <class P>
struct MembersEnd {
  static constexpr std::string_view sentence =
      "Termination: once failures are repaired, every operation ends whose proposer takes part, and nobody sends again";
  explicit MembersEnd(const Schedule& schedule) : operations_(schedule.operations) {}

  bool holds_at_end(const auto& world) const {
    for (Operation k = 0; k < operations_; ++k) {
      const Rank proposer = proposer_of<P>(world.shape(), k);
      if (world.is_owed(k) && world.was_proposed(k) && !world.has_ended(k) && !world.configuration().is_down(proposer))
        return false;
    }
    for (Rank rank = 0; rank < world.size(); ++rank)
      if (world.is_correct(rank) && world.is_up(rank) && world.machine(rank).deadline() != kNever) return false;
    return true;
  }

 private:
  std::int64_t operations_;
};

}  // namespace coordbench::testing::common
