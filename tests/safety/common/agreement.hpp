#pragma once
// Agreement, of whatever ranks decide by themselves: commitment, consensus, views.

#include <optional>
#include <vector>

#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::common {

template <class P>
struct Agreement {
  static constexpr std::string_view sentence = "Agreement: all ranks that answer an operation answer the same";
  explicit Agreement(const Schedule& schedule) : decided_(static_cast<std::size_t>(schedule.operations)) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    for (const auto& answer : step.answered) {
      std::optional<std::int64_t>& decision = decided_[static_cast<std::size_t>(answer.operation)];
      if (decision.value_or(answer.outcome) != answer.outcome) return false;
      decision = answer.outcome;
    }
    return true;
  }

 private:
  std::vector<std::optional<std::int64_t>> decided_;  ///< [operation]: what the first to answer answered
};

}  // namespace coordbench::testing::common
