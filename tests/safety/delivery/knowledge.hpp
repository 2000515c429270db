#pragma once
// A sender that believes itself heard is right.

#include <vector>

#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::delivery {

/// `kArrived`: the mark at the receiver; P::acknowledged is told at the sender.
template <class P, int kArrived>
struct Knowledge {
  static constexpr std::string_view sentence =
      "Knowledge: an operation is acknowledged once, and only when its receiver has it";
  explicit Knowledge(const Schedule& schedule)
      : has_arrived_(static_cast<std::size_t>(schedule.operations), false), is_acknowledged_(has_arrived_) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    for (const auto& reached : step.reached) {
      const auto k = static_cast<std::size_t>(reached.operation);
      if (reached.mark == kArrived) has_arrived_[k] = true;
      if (reached.mark != P::acknowledged) continue;
      if (!has_arrived_[k] || is_acknowledged_[k]) return false;
      is_acknowledged_[k] = true;
    }
    return true;
  }

 private:
  std::vector<bool> has_arrived_, is_acknowledged_;  ///< [operation]
};

}  // namespace coordbench::testing::delivery
