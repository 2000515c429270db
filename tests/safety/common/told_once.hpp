#pragma once
// For replicas that tell each other of updates and acknowledge each: their messages have `first`, `count` and `kind`, which is
// `update` or `acknowledgement`. A replica tells of what it was asked for, and of that once.

#include "tests/safety/common/ledger.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::common {

template <class P>
bool is_update(const typename P::Message& message) {
  return message.kind == P::Kind::update;
}

template <class P>
struct ToldOnce {
  static constexpr std::string_view sentence =
      "Told once: a replica tells each peer once of an operation that it was asked for; what it sends again is background";
  explicit ToldOnce(const Schedule& schedule) : asked_(static_cast<std::size_t>(schedule.operations), -1), is_told_(schedule) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    if (step.cause == Cause::propose) asked_[static_cast<std::size_t>(step.operation)] = step.rank;
    for (const auto& sent : step.sent) {
      if (!is_update<P>(sent.message)) {
        if (sent.message.count != 0) return false;
        continue;
      }
      if (asked_[sent.message.first] != step.rank || sent.to == step.rank) return false;
      char& is_told = is_told_(sent.message.first, sent.to);
      if (sent.message.count != (is_told != 0 ? 0 : 1)) return false;
      is_told = 1;
    }
    return true;
  }

 private:
  std::vector<Rank> asked_;  ///< [operation]: who was; -1: nobody
  Ledger<char> is_told_;
};

}  // namespace coordbench::testing::common
