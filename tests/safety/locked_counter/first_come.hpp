#pragma once
// The lock is fair.

#include <deque>

#include "tests/safety/locked_counter/world.hpp"

namespace coordbench::testing::locked_counter {

struct FirstCome {
  static constexpr std::string_view sentence =
      "First come: the lock is granted once to each request, in the order of their arrival";
  explicit FirstCome(const Schedule& schedule)
      : has_asked_(static_cast<std::size_t>(schedule.operations), false),
        locks_(schedule.shape["mode"] != Mode::compare_and_swap) {}

  bool holds(const Step& step, const auto& /*world*/) {
    if (!locks_ || step.rank != 0) return true;
    if (step.cause == Cause::propose) ask(step.operation);
    if (has_come(step, Kind::lock)) ask(step.message->first);
    for (const auto& reached : step.reached)
      if (reached.mark == LockedCounter::granted && !is_first(reached.operation)) return false;
    for (const auto& sent : step.sent)
      if (sent.message.kind == Kind::grant && !is_first(sent.message.first)) return false;
    return true;
  }

 private:
  void ask(Operation k) {
    if (!has_asked_[static_cast<std::size_t>(k)]) line_.push_back(k);
    has_asked_[static_cast<std::size_t>(k)] = true;
  }
  bool is_first(Operation k) {
    const bool is_first = !line_.empty() && line_.front() == k;
    if (is_first) line_.pop_front();
    return is_first;
  }

  std::vector<bool> has_asked_;  ///< [operation]
  std::deque<Operation> line_{};
  bool locks_;
};

}  // namespace coordbench::testing::locked_counter
