#pragma once
// A sender's own account of what it sent in vain, held against that of one who sees all.

#include <vector>

#include "kernels/exactly_once_send.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::exactly_once_send {

/// A resend was premature if an attempt before it is acknowledged after all. What comes once the operation a window later has
/// begun comes too late to be told.
struct Premature {
  static constexpr std::string_view sentence =
      "Premature: a sender counts the resends that left although an earlier attempt had arrived, and no others";
  explicit Premature(const Schedule& schedule)
      : receiver_(coordbench::delivery::receiver(schedule.shape)),
        window_(static_cast<Operation>(Window<int>::length(schedule.shape)) * proposers_of<ExactlyOnceSend>(schedule.shape)),
        operations_(schedule.operations),
        first_heard_(static_cast<std::size_t>(schedule.operations), 0),
        premature_(static_cast<std::size_t>(schedule.shape.members()), 0) {}

  bool holds(const Step<ExactlyOnceSend>& step, const auto& world) {
    if (step.rank == receiver_) return world.machine(receiver_).premature_resends() == 0;
    auto& premature = premature_[static_cast<std::size_t>(step.rank)];
    for (const auto& sent : step.sent) first_heard_[static_cast<std::size_t>(sent.message.first)] = sent.message.attempt;
    if (step.cause == Cause::deliver) {
      const Operation k = step.message->first, later = k + window_;
      std::uint32_t& first = first_heard_[static_cast<std::size_t>(k)];
      const bool is_remembered = later >= operations_ || !world.was_proposed(later);
      if (is_remembered && step.message->attempt < first) {
        premature += first - step.message->attempt;
        first = step.message->attempt;
      }
    }
    return world.machine(step.rank).premature_resends() == premature;
  }

 private:
  Rank receiver_;
  Operation window_, operations_;
  std::vector<std::uint32_t> first_heard_;  ///< [operation]: the first attempt that is acknowledged, or else the last sent
  std::vector<std::int64_t> premature_;     ///< [rank]
};

}  // namespace coordbench::testing::exactly_once_send
