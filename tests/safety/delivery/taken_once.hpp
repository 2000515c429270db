#pragma once
// Kernels in which rank 0 asks one question after the other (kernels/delivery/round_trips.hpp): what questions lead to where
// they arrive.

#include "tests/safety/common/ledger.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::delivery {

/// `Questions::applies(shape, turn)` is how often a question applies its operation, `Questions::applies_itself(shape)` how
/// often rank 0 does that when it is asked, and `Questions::is_last(shape, turn)` whether the question is the last for its
/// rank.
template <class P, class Questions>
struct TakenOnce {
  static constexpr std::string_view sentence =
      "Taken once: a question is taken when it comes for the first time, and never again, and its rank counts it right";
  explicit TakenOnce(const Schedule& schedule)
      : shape_(schedule.shape), next_(schedule), applied_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}

  bool holds(const Step<P>& step, const auto& world) {
    std::int64_t& applied = applied_[static_cast<std::size_t>(step.rank)];
    const std::int64_t before = applied;
    bool is_marked = false;
    if (step.cause == Cause::propose) {
      applied += Questions::applies_itself(shape_);
      is_marked = applied > before;
    }
    if (step.cause == Cause::deliver && step.rank != 0) {
      std::uint32_t& next = next_(step.message->first, step.rank);
      if (step.message->turn >= next) {
        next = step.message->turn + 1;
        applied += Questions::applies(shape_, step.message->turn);
        is_marked = Questions::is_last(shape_, step.message->turn);
      }
    }
    const auto marks = std::count_if(step.reached.begin(), step.reached.end(),
                                     [](const auto& reached) { return reached.mark != P::answered; });
    return marks == (is_marked ? 1 : 0) && world.machine(step.rank).applied() == applied;
  }

 private:
  Shape shape_;
  common::Ledger<std::uint32_t> next_;  ///< the first question that has not come yet
  std::vector<std::int64_t> applied_;   ///< [rank]
};

}  // namespace coordbench::testing::delivery
