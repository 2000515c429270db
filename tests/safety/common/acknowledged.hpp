#pragma once
// For the replicas of told_once.hpp: an acknowledgement says what is true.

#include "tests/safety/common/told_once.hpp"

namespace coordbench::testing::common {

template <class P>
struct Acknowledged {
  static constexpr std::string_view sentence =
      "Acknowledgement: an update is acknowledged to the replica that told of it, by one that has it";
  explicit Acknowledged(const Schedule& schedule)
      : has_(schedule), teller_(static_cast<std::size_t>(schedule.operations), -1) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    if (step.cause == Cause::deliver && is_update<P>(*step.message)) {
      has_(step.message->first, step.rank) = 1;
      teller_[step.message->first] = step.from;
    }
    for (const auto& sent : step.sent)
      if (!is_update<P>(sent.message) && (has_(sent.message.first, step.rank) == 0 || teller_[sent.message.first] != sent.to))
        return false;
    return true;
  }

 private:
  Ledger<char> has_;
  std::vector<Rank> teller_;  ///< [operation]
};

}  // namespace coordbench::testing::common
