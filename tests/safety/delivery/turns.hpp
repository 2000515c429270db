#pragma once
// Kernels in which rank 0 asks one question after the other (kernels/delivery/round_trips.hpp).

#include <algorithm>
#include <vector>

#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::delivery {

/// `Questions::asked(shape, turn)` is the rank to which a question goes.
template <class P, class Questions>
struct Turns {
  static constexpr std::string_view sentence =
      "Turns: rank 0 asks the next question of an operation when the last one is answered, and ends it only after all; a rank "
      "that is asked answers every copy";
  explicit Turns(const Schedule& schedule)
      : shape_(schedule.shape), trips_(P::trips(schedule.shape)), turn_(static_cast<std::size_t>(schedule.operations), -1) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    if (step.rank != 0) return step.cause == Cause::deliver ? is_answered(step) : step.sent.empty();
    if (step.cause == Cause::propose) return goes_on(step, step.operation);
    if (step.cause == Cause::deliver && turn_[step.message->first] == step.message->turn)
      return goes_on(step, step.message->first);
    if (times_answered(step) > 0) return false;
    if (step.cause != Cause::tick) return step.sent.empty();
    return std::all_of(step.sent.begin(), step.sent.end(), [this](const auto& sent) { return is_open(sent); });
  }

 private:
  static bool is_answered(const Step<P>& step) {
    if (step.sent.size() != 1) return false;
    const auto& [to, message, fate, arrives_at] = step.sent.front();
    return to == step.from && message.first == step.message->first && message.turn == step.message->turn;
  }
  bool goes_on(const Step<P>& step, Operation k) {
    const bool is_over = ++turn_[static_cast<std::size_t>(k)] == trips_;
    if (times_answered(step) > (is_over ? 1 : 0)) return false;
    return is_over ? step.sent.empty()
                   : step.sent.size() == 1 && step.sent.front().message.first == k && is_open(step.sent.front());
  }
  bool is_open(const typename Step<P>::Sent& sent) const {
    return turn_[sent.message.first] == sent.message.turn && sent.to == Questions::asked(shape_, sent.message.turn);
  }
  static std::int64_t times_answered(const Step<P>& step) {
    return std::count_if(step.reached.begin(), step.reached.end(),
                         [](const auto& reached) { return reached.mark == P::answered; });
  }

  Shape shape_;
  std::int64_t trips_;
  std::vector<std::int64_t> turn_;  ///< [operation]: the question that has no answer yet; -1 before the first
};

}  // namespace coordbench::testing::delivery
