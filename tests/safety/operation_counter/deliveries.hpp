#pragma once
// What came to each replica, counted by the world and not by the machines.

#include "kernels/operation_counter.hpp"
#include "tests/safety/common/rest.hpp"
#include "tests/safety/common/told_once.hpp"

namespace coordbench::testing::operation_counter {

using Step = coordbench::testing::Step<OperationCounter>;

inline bool is_delivery(const Step& step) {
  return step.cause == Cause::deliver && common::is_update<OperationCounter>(*step.message);
}

/// How often each increment came to each replica; at its own it comes when the user asks.
class Deliveries {
 public:
  explicit Deliveries(const Schedule& schedule) : operations_(schedule.operations), times_(schedule) {}

  /// The increment that has just come, or -1.
  Operation follow(const Step& step) {
    Operation operation = -1;
    if (step.cause == Cause::propose) operation = step.operation;
    if (is_delivery(step)) operation = step.message->first;
    if (operation >= 0 && ++times_(operation, step.rank) > 1) is_once_ = false;
    return operation;
  }
  [[nodiscard]] bool is_once() const { return is_once_; }  ///< nothing has come twice
  /// Whether each increment that was asked for has come to a replica.
  [[nodiscard]] bool has_all(Rank rank, const auto& world) {
    for (Operation k = 0; k < operations_; ++k)
      if (world.was_proposed(k) && times_(k, rank) == 0) return false;
    return true;
  }

 private:
  std::int64_t operations_;
  common::Ledger<int> times_;
  bool is_once_ = true;
};

}  // namespace coordbench::testing::operation_counter
