#pragma once
// The claim: if every message comes once, the replicas agree on the right number. It is held against what happened, because a
// schedule that draws no fault may still send again what is only late.

#include "tests/safety/operation_counter/deliveries.hpp"

namespace coordbench::testing::operation_counter {

struct Agreement {
  static constexpr std::string_view sentence =
      "Agreement: if every message came once, all replicas show in the end how many increments were asked for";
  explicit Agreement(const Schedule& /*schedule*/) {}

  bool holds(const Step& step, const auto& /*world*/) {
    for (const auto& sent : step.sent)
      is_sent_again_ |= common::is_update<OperationCounter>(sent.message) && sent.message.count == 0;
    return true;
  }
  bool holds_at_end(const auto& world) const {
    const bool is_once = world.happened().duplicated == 0 && !is_sent_again_;
    return !is_once || !common::has_lost_nothing(world.happened()) || is_right_everywhere(world);
  }
  static bool is_right_everywhere(const auto& world) {
    for (Rank rank = 0; rank < world.size(); ++rank)
      if (world.machine(rank).applied() != world.proposed()) return false;
    return true;
  }

 private:
  bool is_sent_again_ = false;
};

/// What the operation counter does not promise. That the simulated world finds it is shown in the kernel's test.
struct AgreementWhateverHappens {
  static constexpr std::string_view sentence =
      "Agreement whatever happens: the same, whatever is lost, duplicated and sent again";
  explicit AgreementWhateverHappens(const Schedule& /*schedule*/) {}
  bool holds_at_end(const auto& world) const { return Agreement::is_right_everywhere(world); }
};

}  // namespace coordbench::testing::operation_counter
