#pragma once
// What is delivered is what was sent.

#include <algorithm>

#include "tests/safety/sequencer/world.hpp"

namespace coordbench::testing::sequencer {

struct Validity {
  static constexpr std::string_view sentence = "Validity: with an operation the payload is delivered that its sender gave it";
  explicit Validity(const Schedule& /*schedule*/) {}

  bool holds(const Step& step, const auto& /*world*/) const {
    return std::all_of(step.answered.begin(), step.answered.end(),
                       [](const auto& answer) { return answer.is_accepted && answer.has_payload && answer.payload_is_right; });
  }
};

}  // namespace coordbench::testing::sequencer
