#pragma once
// A sender has done with an operation when it has begun it.

#include "kernels/fire_and_forget.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::fire_and_forget {

struct Handover {
  static constexpr std::string_view sentence =
      "Handover: a sender hands one message over, none to itself, in the step in which it is asked, and that is all that is "
      "sent";
  explicit Handover(const Schedule& schedule) : messages_(FireAndForget::cost(schedule.shape, 0).messages.most) {}

  bool holds(const Step<FireAndForget>& step, const auto& /*world*/) const {
    const auto handed = std::count_if(step.reached.begin(), step.reached.end(),
                                      [](const auto& reached) { return reached.mark == FireAndForget::handed_over; });
    const bool is_asked = step.cause == Cause::propose;
    return handed == (is_asked ? 1 : 0) && static_cast<double>(step.sent.size()) == (is_asked ? messages_ : 0);
  }

 private:
  double messages_;
};

}  // namespace coordbench::testing::fire_and_forget
