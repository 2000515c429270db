#pragma once
// What a read returns was written: for kernels whose operations read or write one register or several.

#include <algorithm>

#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::common {

template <class P>
struct RegisterIntegrity {
  static constexpr std::string_view sentence = "Integrity: a read returns the bytes that the write it names was asked to write";
  explicit RegisterIntegrity(const Schedule& /*schedule*/) {}

  bool holds(const Step<P>& step, const auto& world) const {
    return std::all_of(step.answered.begin(), step.answered.end(), [&world](const auto& answer) {
      const bool was_asked = answer.of < 0 || world.was_proposed(answer.of) || !world.is_owed(answer.of);
      return was_asked && answer.payload_is_right && answer.is_accepted;
    });
  }
};

}  // namespace coordbench::testing::common
