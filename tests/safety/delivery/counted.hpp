#pragma once
// A message that is sent again is background in a case without --loss. In a case with --loss it counts like the first one.

#include <vector>

#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::delivery {

/// The network of a schedule fails whether or not the case says so. A duplicated message is answered twice, so answers count
/// only where nothing is duplicated.
template <class P>
struct Counted {
  static constexpr std::string_view sentence =
      "Counted: where no loss is injected no more messages carry an operation than its closed form says, and else all do";
  explicit Counted(const Schedule& schedule)
      : shape_(schedule.shape),
        doubles_(schedule.faults.duplication > 0),
        sent_(static_cast<std::size_t>(schedule.operations)) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    for (const auto& sent : step.sent) {
      const bool carries = sent.message.count > 0;
      if (shape_.loss.any() && !carries) return false;
      if (shape_.loss.any() || !carries || (doubles_ && step.cause == Cause::deliver)) continue;
      const Operation k = sent.message.first;
      if (++sent_[static_cast<std::size_t>(k)] > cost_of<P>(shape_, {k, 1}).messages.most) return false;
    }
    return true;
  }

 private:
  Shape shape_;
  bool doubles_;
  std::vector<int> sent_;  ///< [operation]
};

}  // namespace coordbench::testing::delivery
