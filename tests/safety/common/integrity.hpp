#pragma once
// Integrity: what comes out is what was put in.

#include <algorithm>

#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::common {

template <class P>
struct Integrity {
  static constexpr std::string_view sentence = "Integrity: what a rank answers is the payload that was proposed";
  explicit Integrity(const Schedule& /*schedule*/) {}

  bool holds(const Step<P>& step, const auto& /*world*/) const {
    return std::all_of(step.answered.begin(), step.answered.end(), [](const auto& answer) { return answer.payload_is_right; });
  }
};

}  // namespace coordbench::testing::common
