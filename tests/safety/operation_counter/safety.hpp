#pragma once
// What the operation counter promises, and what it claims to survive. Agreement needs messages that come once. Whatever
// happens, the account is right; with resend_us nothing is missing in the end. A replica that forgot its counter is outside the
// claim.

#include "tests/safety/common/acknowledged.hpp"
#include "tests/safety/common/patience.hpp"
#include "tests/safety/common/told_window.hpp"
#include "tests/safety/operation_counter/account.hpp"
#include "tests/safety/operation_counter/agreement.hpp"
#include "tests/safety/operation_counter/knowledge.hpp"
#include "tests/safety/operation_counter/no_undercount.hpp"

namespace coordbench::testing::operation_counter {

struct Safety {
  using Protocol = OperationCounter;
  /// What is told wrong is also counted wrong in the end: the narrower first.
  using Invariants =
      std::tuple<common::ToldOnce<Protocol>, common::Patience<Protocol>, common::Acknowledged<Protocol>,
                 common::ToldWindow<Protocol>, Account, Knowledge, Agreement, NoUndercount, common::Rest<Protocol>>;

  static std::string describe(const OperationCounter::Message& message) {
    const std::string operation = std::to_string(message.first);
    if (!common::is_update<Protocol>(message)) return "acknowledge " + operation;
    return message.count > 0 ? "+1 of " + operation : "+1 of " + operation + " again";
  }

  static void draw(Schedule& schedule, Random& random) {
    set(schedule.shape, "proposers", random.below(2) == 0 ? 0 : random.between(1, schedule.shape.ranks));
    set(schedule.shape, "resend_us", random.below(4) == 0 ? 0 : random.between(1, 12));
    set(schedule.shape, "keep", random.below(4) == 0 ? 64 : random.between(1, 8));
    if (schedule.shape["resend_us"] == 0 && random.below(2) == 0) lose_nothing(schedule);
    schedule.shape.payload_bytes = 0;
    schedule.shape.in_flight = draw_window(random);
    schedule.operations = random.between<std::int64_t>(1, 40);
    schedule.faults.amnesia = 0;
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop;
  }
};

}  // namespace coordbench::testing::operation_counter
