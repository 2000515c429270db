#pragma once
// Half of "exactly once"; the other half is that every operation is acknowledged in the end, and only when it has been applied.

#include <vector>

#include "kernels/exactly_once_send.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::exactly_once_send {

struct AtMostOnce {
  static constexpr std::string_view sentence =
      "At most once: no operation is applied twice, and the receiver counts them right";
  explicit AtMostOnce(const Schedule& schedule)
      : receiver_(coordbench::delivery::receiver(schedule.shape)),
        is_applied_(static_cast<std::size_t>(schedule.operations), false) {}

  bool holds(const Step<ExactlyOnceSend>& step, const auto& world) {
    for (const auto& reached : step.reached) {
      if (reached.mark != ExactlyOnceSend::is_applied) continue;
      auto before = is_applied_[static_cast<std::size_t>(reached.operation)];
      if (before) return false;
      before = true;
      ++applied_;
    }
    return step.rank != receiver_ || world.machine(receiver_).applied() == applied_;
  }

 private:
  Rank receiver_;
  std::vector<bool> is_applied_;  ///< [operation]
  std::int64_t applied_ = 0;
};

}  // namespace coordbench::testing::exactly_once_send
