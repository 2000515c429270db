#pragma once
// Whether operations that read and increment one counter are linearizable (Herlihy, Wing, TOPLAS 12(3) 1990): sound and
// complete.
//
// The value of an operation is its place in the order. So values are distinct; an operation's value is above all that had been
// returned when it began; and a place below a returned value that nobody returned is that of an operation which has not ended,
// and which began before any greater value was returned. When a value is the greatest so far there is a mark: the operations
// that had begun by then must suffice for all places up to it, without those that turn out to stand behind it.

#include <algorithm>
#include <vector>

#include "harness/protocol.hpp"

namespace coordbench::testing::common {

/// Told of every beginning and end, in their order. An end costs as much as there are marks in the life of its operation.
class CounterHistory {
 public:
  /// Operations are 0 … operations - 1, and so are their values.
  explicit CounterHistory(std::int64_t operations)
      : marks_at_beginning_(static_cast<std::size_t>(operations), 0), is_taken_(static_cast<std::size_t>(operations), false) {}

  /// An operation that never ends may have taken effect or not.
  void begins(Operation operation) {
    ++begun_;
    marks_at_beginning_[static_cast<std::size_t>(operation)] = marks_.size();
  }

  /// The operation found the counter at `value`. False if no order explains what was told.
  bool ends(Operation operation, std::int64_t value) {
    if (value < 0 || value >= begun_ || is_taken_[static_cast<std::size_t>(value)]) return false;
    is_taken_[static_cast<std::size_t>(value)] = true;
    const std::size_t first = marks_at_beginning_[static_cast<std::size_t>(operation)];
    if (first > 0 && value < marks_[first - 1].value) return false;
    std::size_t mark = first;
    for (; mark < marks_.size() && marks_[mark].value < value; ++mark)
      if (--marks_[mark].spare < 0) return false;
    if (mark == marks_.size()) marks_.push_back({value, begun_ - value - 1});
    return true;
  }

 private:
  struct Mark {
    std::int64_t value;
    std::int64_t spare;  ///< operations that had begun and are not needed for the places up to `value`
  };

  std::int64_t begun_ = 0;
  std::vector<Mark> marks_{};                    ///< values ascend
  std::vector<std::size_t> marks_at_beginning_;  ///< [operation]
  std::vector<bool> is_taken_;                   ///< [value]
};

}  // namespace coordbench::testing::common
