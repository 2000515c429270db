#pragma once
// Who may speak to whom, and where marks may come.

#include "kernels/delivery/ends.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::delivery {

template <class P>
struct Place {
  static constexpr std::string_view sentence = "Place: only an operation's sender and the receiver speak of it, and mark it";
  explicit Place(const Schedule& schedule) : shape_(schedule.shape) {}

  bool holds(const Step<P>& step, const auto& /*world*/) const {
    const Rank receiver = coordbench::delivery::receiver(shape_);
    for (const auto& sent : step.sent) {
      const Rank sender = proposer_of<P>(shape_, sent.message.first);
      if (step.rank == receiver ? sent.to != sender : step.rank != sender || sent.to != receiver) return false;
    }
    return std::all_of(step.reached.begin(), step.reached.end(),
                       [&](const auto& reached) { return reaches<P>(shape_, reached.mark, step.rank, reached.operation); });
  }

 private:
  Shape shape_;
};

}  // namespace coordbench::testing::delivery
