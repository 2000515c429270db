#pragma once
// An answer has the payload that was proposed.

#include <algorithm>

#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::commitment {

/// For protocols in which nobody decides before it has been asked.
template <class P>
struct Integrity {
  static constexpr std::string_view sentence = "Integrity: a process that decides has the payload that was proposed";
  explicit Integrity(const Schedule& /*schedule*/) {}

  bool holds(const Step<P>& step, const auto& /*world*/) const {
    return std::all_of(step.answered.begin(), step.answered.end(),
                       [](const auto& answer) { return answer.payload_is_right && answer.has_payload; });
  }
};

}  // namespace coordbench::testing::commitment
