#pragma once
// For protocols that ask again and otherwise wait.

#include "tests/safety/common/ledger.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::commitment {

/// `Ballot::waits(message)`: whoever sends it waits until it reaches the last mark. The message is background if it has been
/// sent before.
template <class P, class Ballot>
struct Patience {
  static constexpr std::string_view sentence =
      "Patience: while a process waits, and no longer, it asks again a time-out after it asked last, or when it is back";
  explicit Patience(const Schedule& schedule)
      : asked_at_(schedule),
        waits_(schedule),
        waiting_(static_cast<std::size_t>(schedule.shape.ranks), 0),
        times_out_(P::times_out(schedule.shape)),
        least_(1000 * schedule.shape["timeout_us"] * 1'000'000 / (1'000'000 + schedule.faults.drift_per_million) - 1) {}

  bool holds(const Step<P>& step, const auto& world) {
    for (const auto& sent : step.sent)
      if (Ballot::waits(sent.message) && !asks_in_time(sent.message, step)) return false;
    for (const auto& reached : step.reached)
      if (reached.mark + 1 == static_cast<int>(P::marks.size())) set(reached.operation, step.rank, false);
    const bool waits = waiting_[static_cast<std::size_t>(step.rank)] > 0;
    return !times_out_ || (world.machine(step.rank).deadline() != kNever) == waits;
  }

 private:
  bool asks_in_time(const typename P::Message& message, const Step<P>& step) {
    Time& asked_at = asked_at_(message.first, step.rank);
    const bool waited = step.cause == Cause::tick && (step.at == asked_at || step.at - asked_at >= least_);
    asked_at = step.at;
    if (message.count > 0) return set(message.first, step.rank, true), true;
    return waits_(message.first, step.rank) != 0 && (waited || step.cause == Cause::restart);
  }
  void set(Operation k, Rank rank, bool waits) {
    const char before = std::exchange(waits_(k, rank), static_cast<char>(waits));
    waiting_[static_cast<std::size_t>(rank)] += static_cast<int>(waits) - static_cast<int>(before);
  }

  common::Ledger<Time> asked_at_;
  common::Ledger<char> waits_;
  std::vector<int> waiting_;  ///< [rank]: for how many transactions it waits
  bool times_out_;
  Time least_;  ///< on the world's clock, by the fastest of all ranks' clocks
};

}  // namespace coordbench::testing::commitment
