#pragma once
// Who was informed of which rumour in which round, as an invariant sees it: from what happened alone.

#include <limits>
#include <vector>

#include "kernels/gossip/site.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::gossip {

class Informed {
 public:
  static constexpr int kNever = std::numeric_limits<int>::max();

  explicit Informed(const Schedule& schedule)
      : ranks_(static_cast<std::size_t>(schedule.shape.ranks)),
        round_(static_cast<std::size_t>(schedule.operations) * ranks_, kNever) {}

  /// Notes what the step taught its rank; false for a rumour that it had learnt before.
  bool learn(const auto& step) {
    bool new_to_it = true;
    for (const auto& answer : step.answered) {
      int& round = round_[index(answer.operation, step.rank)];
      new_to_it = new_to_it && round == kNever;
      round = step.cause == Cause::deliver ? step.message->round : 0;
    }
    return new_to_it;
  }
  [[nodiscard]] bool knows(Rank rank, Operation operation) const { return round_[index(operation, rank)] != kNever; }
  [[nodiscard]] bool knew_before(Rank rank, Operation operation, int round) const {
    return round_[index(operation, rank)] < round;
  }

 private:
  [[nodiscard]] std::size_t index(Operation operation, Rank rank) const {
    return static_cast<std::size_t>(operation) * ranks_ + static_cast<std::size_t>(rank);
  }

  std::size_t ranks_;
  std::vector<int> round_;  ///< [operation, rank]
};

}  // namespace coordbench::testing::gossip
