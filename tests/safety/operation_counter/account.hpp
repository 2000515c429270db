#pragma once
// Whatever the network does: the counter is the number of +1 that came.

#include "tests/safety/operation_counter/deliveries.hpp"

namespace coordbench::testing::operation_counter {

struct Account {
  static constexpr std::string_view sentence =
      "Account: a replica has applied its own increments and each +1 that came, once each";
  explicit Account(const Schedule& schedule) : due_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}

  bool holds(const Step& step, const auto& world) {
    std::int64_t& due = due_[static_cast<std::size_t>(step.rank)];
    if (step.cause == Cause::propose || is_delivery(step)) ++due;
    return world.machine(step.rank).applied() == due;
  }

 private:
  std::vector<std::int64_t> due_;  ///< [replica]
};

}  // namespace coordbench::testing::operation_counter
