#pragma once
// For protocols that ask again and otherwise wait.

#include "tests/safety/common/ledger.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::commitment {

/// `Ballot::waits(message)`: whoever sends it waits for an answer. It is background if it has been asked before.
template <class P, class Ballot>
struct Patience {
  static constexpr std::string_view sentence =
      "Patience: a process asks again only a time-out after it asked last, or when it is back after a crash";
  explicit Patience(const Schedule& schedule)
      : asked_at_(schedule),
        least_(1000 * schedule.shape["timeout_us"] * 1'000'000 / (1'000'000 + schedule.faults.drift_per_million) - 1) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    for (const auto& sent : step.sent) {
      if (!Ballot::waits(sent.message)) continue;
      Time& asked_at = asked_at_(sent.message.first, step.rank);
      const bool waited = step.cause == Cause::tick && (step.at == asked_at || step.at - asked_at >= least_);
      if (sent.message.count == 0 && !waited && step.cause != Cause::restart) return false;
      asked_at = step.at;
    }
    return true;
  }

 private:
  common::Ledger<Time> asked_at_;
  Time least_;  ///< on the world's clock, by the fastest of all ranks' clocks
};

}  // namespace coordbench::testing::commitment
