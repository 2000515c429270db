#pragma once
// A mark tells the truth, once.

#include "tests/safety/event_log/folds.hpp"

namespace coordbench::testing::event_log {

struct Knowledge {
  static constexpr std::string_view sentence =
      "Knowledge: a replica marks an event once, its own as appended, and answers with the event and its digest";
  explicit Knowledge(const Schedule& schedule)
      : asked_(static_cast<std::size_t>(schedule.operations), -1),
        is_appended_(schedule),
        is_folded_(schedule),
        has_bytes_(schedule.shape.payload_bytes > 0) {}

  bool holds(const Step& step, const auto& /*world*/) {
    if (step.cause == Cause::propose) asked_[static_cast<std::size_t>(step.operation)] = step.rank;
    for (const auto& [operation, mark, depth] : step.reached) {
      const bool is_own = asked_[static_cast<std::size_t>(operation)] == step.rank;
      if (mark == EventLog::appended ? !is_own : !is_own && delivered(step) != operation) return false;
      char& has_mark = (mark == EventLog::appended ? is_appended_ : is_folded_)(operation, step.rank);
      if (std::exchange(has_mark, 1) != 0) return false;
    }
    return std::all_of(step.answered.begin(), step.answered.end(), [this](const auto& answer) {
      return answer.is_accepted && answer.payload_is_right && answer.of == answer.operation &&
             (answer.has_payload || !has_bytes_);
    });
  }

 private:
  std::vector<Rank> asked_;  ///< [operation]: who was; -1: nobody
  common::Ledger<char> is_appended_, is_folded_;
  bool has_bytes_;
};

}  // namespace coordbench::testing::event_log
