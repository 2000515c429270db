#pragma once
// A receiver without identities.

#include "kernels/delivery/ends.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::delivery {

/// Of a protocol whose mark `delivered` is told at the receiver, and whose applied() counts them.
template <class P>
struct EveryCopy {
  static constexpr std::string_view sentence =
      "Every copy: the receiver delivers each message that comes, once, when it comes, and counts it";
  explicit EveryCopy(const Schedule& schedule) : receiver_(coordbench::delivery::receiver(schedule.shape)) {}

  bool holds(const Step<P>& step, const auto& world) {
    const auto delivered = std::count_if(step.reached.begin(), step.reached.end(),
                                         [](const auto& reached) { return reached.mark == P::delivered; });
    const bool is_copy = step.cause == Cause::deliver && step.rank == receiver_;
    if (is_copy && delivered != 1) return false;
    if (step.cause == Cause::reborn && step.rank == receiver_) deliveries_ = 0;  // and so is its count
    deliveries_ += delivered;
    return step.rank != receiver_ || world.machine(receiver_).applied() == deliveries_;
  }

 private:
  Rank receiver_;
  std::int64_t deliveries_ = 0;
};

}  // namespace coordbench::testing::delivery
