#pragma once
// For the replicas of told_once.hpp: a resend comes only after its time-out, and only to a receiver that has not acknowledged.

#include "tests/safety/common/told_once.hpp"

namespace coordbench::testing::common {

template <class P>
struct Patience {
  static constexpr std::string_view sentence =
      "Patience: an update is sent again only after its time-out, and only to a peer that has not acknowledged it";
  explicit Patience(const Schedule& schedule)
      : told_at_(schedule),
        is_acknowledged_(schedule),
        least_(1000 * schedule.shape["resend_us"] * 1'000'000 / (1'000'000 + schedule.faults.drift_per_million) - 1) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    if (step.cause == Cause::deliver && !is_update<P>(*step.message)) is_acknowledged_(step.message->first, step.from) = 1;
    for (const auto& sent : step.sent) {
      if (!is_update<P>(sent.message)) continue;
      if (sent.message.count > 0)
        told_at_(sent.message.first, sent.to) = step.at;
      else if (is_acknowledged_(sent.message.first, sent.to) != 0 || step.at - told_at_(sent.message.first, sent.to) < least_)
        return false;
    }
    return true;
  }

 private:
  Ledger<Time> told_at_;
  Ledger<char> is_acknowledged_;
  Time least_;  ///< on the world's clock, by the fastest of all ranks' clocks
};

}  // namespace coordbench::testing::common
