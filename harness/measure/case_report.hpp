#pragma once
// What each rank tells rank 0 at the end of a case.

#include <array>
#include <cstdint>

#include "harness/case.hpp"

namespace coordbench {

/// What a rank says of its part in a case once it is over; sent to rank 0 as it stands.
struct CaseReport {
  enum class Status : std::int32_t { done, timed_out, failed, abandoned };  ///< the last: another rank had failed
  Status status = Status::done;
  Traffic traffic;
  std::int64_t control_messages = 0;
  std::int64_t cpu_ns = 0;
  std::int64_t involuntary_switches = 0;
  std::int64_t wrong_answers = 0;  ///< answers that were wrong or never came
  std::int64_t first_wrong = -1;
  std::int64_t marks_due = 0, marks_came = 0, misplaced_marks = 0;
  std::int64_t first_misplaced = -1;  ///< the operation of the first
  std::int32_t misplaced_mark = -1;   ///< and which mark
  std::int64_t applied = 0;           ///< times that this rank has applied an operation
  std::int64_t premature_resends = 0;
  std::array<char, 160> text{};  ///< what a rank that is not done was waiting for
};

}  // namespace coordbench
