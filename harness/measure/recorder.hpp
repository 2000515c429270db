#pragma once
// One rank's stamps and checks of one case: everything preallocated, nothing averaged.

#include <cstdint>
#include <string>
#include <vector>

#include "harness/case_result.hpp"
#include "harness/description.hpp"

namespace coordbench {

class Recorder {
 public:
  /// Room for `operations_max` operations; `marks` counts all declared marks, the end included (0 for collectives).
  /// `reads`: some answers hold another operation's payload, and it is noted whose. `measures`: answers' outcomes are kept.
  Recorder(std::int64_t operations_max, std::size_t marks, bool reads = false, bool measures = false)
      : start_(static_cast<std::size_t>(operations_max), -1),
        end_(start_),
        slack_(start_.size(), kNever),
        marks_(marks > 1 ? marks - 1 : 0, start_),
        depths_(marks > 0 ? start_.size() : 0, Depths{}),
        of_(reads ? start_.size() : 0, Samples::kNoAnswer),
        measured_(measures ? start_.size() : 0, Samples::kNoAnswer) {}

  void start(Operation operation, Time at) { start_[index(operation)] = at; }
  void end(Operation operation, Time at) { end_[index(operation)] = at; }
  void slack(Operation operation, Time ns) { slack_[index(operation)] = ns; }
  /// The instant and depth of a protocol's mark; the last mark is the end.
  void mark(Operation operation, int mark, Time at, int depth) {
    const auto which = static_cast<std::size_t>(mark);
    (which < marks_.size() ? marks_[which] : end_)[index(operation)] = at;
    depths_[index(operation)].deepen(which, depth);
  }
  [[nodiscard]] bool ended(Operation operation) const { return end_[index(operation)] >= 0; }
  [[nodiscard]] bool has(Operation operation, int mark) const {
    const auto which = static_cast<std::size_t>(mark);
    return (which < marks_.size() ? marks_[which] : end_)[index(operation)] >= 0;
  }
  void answered_with(Operation operation, Operation of) { of_[index(operation)] = of; }

  void measured(Operation operation, std::int64_t outcome) { measured_[index(operation)] = outcome; }

  /// A check that failed, outside the clock.
  void wrong(Operation operation) {
    if (wrong_answers_++ == 0) first_wrong_ = operation;
  }
  void checked() { ++answers_; }
  [[nodiscard]] std::int64_t wrong_answers() const { return wrong_answers_; }
  [[nodiscard]] Operation first_wrong() const { return first_wrong_; }
  [[nodiscard]] std::int64_t answers() const { return answers_; }

  /// Marks of operations that are over, held against where they are due: `is_due(mark, operation)`.
  template <class IsDue>
  void check_marks(Operations block, const IsDue& is_due) {
    for (Operation k = block.first; k < block.first + block.count; ++k)
      for (int mark = 0; mark <= static_cast<int>(marks_.size()); ++mark) {
        const bool due = is_due(mark, k), came = has(k, mark);
        marks_due_ += due ? 1 : 0;
        marks_came_ += due && came ? 1 : 0;
        if (due != came && misplaced_marks_++ == 0) first_misplaced_ = {k, mark};
      }
  }
  struct Misplaced {
    Operation operation = -1;
    int mark = -1;
  };
  [[nodiscard]] std::int64_t marks_due() const { return marks_due_; }
  [[nodiscard]] std::int64_t marks_came() const { return marks_came_; }
  [[nodiscard]] std::int64_t misplaced_marks() const { return misplaced_marks_; }  ///< lacking, or where none is due
  [[nodiscard]] const Misplaced& first_misplaced() const { return first_misplaced_; }

  /// What a block leaves, `count` values a column: first those that are instants, start, end and each mark before the end; then
  /// slack, the depths of all marks, where answers are reads whose payload they hold, and where outcomes are kept these.
  [[nodiscard]] std::vector<Time> packed(Operations block) const {
    std::vector<Time> values;
    values.reserve(columns() * static_cast<std::size_t>(block.count));
    const auto append = [&](const auto& column) {
      for (Operation k = block.first; k < block.first + block.count; ++k) values.push_back(static_cast<Time>(column[index(k)]));
    };
    append(start_);
    append(end_);
    for (const auto& mark : marks_) append(mark);
    append(slack_);
    if (!depths_.empty()) append(depths_);
    if (!of_.empty()) append(of_);
    if (!measured_.empty()) append(measured_);
    return values;
  }
  [[nodiscard]] std::size_t instants() const { return 2 + marks_.size(); }
  [[nodiscard]] bool reads() const { return !of_.empty(); }
  [[nodiscard]] bool measures() const { return !measured_.empty(); }
  [[nodiscard]] std::size_t columns() const {
    return instants() + 1 + (depths_.empty() ? 0 : 1) + (reads() ? 1 : 0) + (measures() ? 1 : 0);
  }

 private:
  static std::size_t index(Operation operation) { return static_cast<std::size_t>(operation); }

  std::vector<Time> start_, end_, slack_;
  std::vector<std::vector<Time>> marks_;
  std::vector<Depths> depths_;
  std::vector<Operation> of_;
  std::vector<std::int64_t> measured_;
  std::int64_t wrong_answers_ = 0, answers_ = 0;
  Operation first_wrong_ = -1;
  std::int64_t marks_due_ = 0, marks_came_ = 0, misplaced_marks_ = 0;
  Misplaced first_misplaced_;
};

}  // namespace coordbench
