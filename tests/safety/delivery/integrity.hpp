#pragma once
// What is delivered is what was sent.

#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::delivery {

template <class P>
struct Integrity {
  static constexpr std::string_view sentence = "Integrity: every answer is the payload that the operation was asked with";
  explicit Integrity(const Schedule& /*schedule*/) {}

  bool holds(const Step<P>& step, const auto& /*world*/) const {
    return std::all_of(step.answered.begin(), step.answered.end(),
                       [](const auto& answer) { return answer.is_accepted && answer.has_payload && answer.payload_is_right; });
  }
};

}  // namespace coordbench::testing::delivery
