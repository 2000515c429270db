#pragma once
// One rank's stamps and checks of one case: everything preallocated, nothing averaged.

#include <cstdint>
#include <string>
#include <vector>

#include "harness/description.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class Recorder {
 public:
  /// Room for `operations_max` operations; `marks` counts all declared marks, the end included (0 for collectives).
  Recorder(std::int64_t operations_max, std::size_t marks)
      : start_(static_cast<std::size_t>(operations_max), -1),
        end_(start_),
        slack_(start_.size(), kNever),
        marks_(marks > 1 ? marks - 1 : 0, start_),
        deepest_(marks, -1) {}

  void start(Operation operation, Time at) { start_[index(operation)] = at; }
  void end(Operation operation, Time at) { end_[index(operation)] = at; }
  void slack(Operation operation, Time ns) { slack_[index(operation)] = ns; }
  /// The instant and depth of a protocol's mark; the last mark is the end.
  void mark(Operation operation, int mark, Time at, int depth) {
    const auto which = static_cast<std::size_t>(mark);
    (which < marks_.size() ? marks_[which] : end_)[index(operation)] = at;
    deepest_[which] = std::max<std::int64_t>(deepest_[which], depth);
  }
  [[nodiscard]] bool ended(Operation operation) const { return end_[index(operation)] >= 0; }

  /// A check that failed, outside the clock.
  void wrong(Operation operation) {
    if (wrong_answers_++ == 0) first_wrong_ = operation;
  }
  void checked() { ++answers_; }
  [[nodiscard]] std::int64_t wrong_answers() const { return wrong_answers_; }
  [[nodiscard]] Operation first_wrong() const { return first_wrong_; }
  [[nodiscard]] std::int64_t answers() const { return answers_; }
  [[nodiscard]] const std::vector<std::int64_t>& deepest() const { return deepest_; }

  /// Stamps of [first, first + count): start, end, slack, then each mark, `count` values apiece.
  [[nodiscard]] std::vector<Time> packed(Operation first, std::int64_t count) const {
    std::vector<Time> block;
    block.reserve(columns() * static_cast<std::size_t>(count));
    const auto append = [&](const std::vector<Time>& column) {
      block.insert(block.end(), column.begin() + first, column.begin() + first + count);
    };
    append(start_);
    append(end_);
    append(slack_);
    for (const auto& mark : marks_) append(mark);
    return block;
  }
  [[nodiscard]] std::size_t columns() const { return 3 + marks_.size(); }

 private:
  static std::size_t index(Operation operation) { return static_cast<std::size_t>(operation); }

  std::vector<Time> start_, end_, slack_;
  std::vector<std::vector<Time>> marks_;
  std::vector<std::int64_t> deepest_;  ///< [mark], -1 until one is reached
  std::int64_t wrong_answers_ = 0, answers_ = 0;
  Operation first_wrong_ = -1;
};

}  // namespace coordbench
