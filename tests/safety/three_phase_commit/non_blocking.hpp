#pragma once
// What the third phase is for (Bernstein, Hadzilacos, Goodman 1987, 7.5).

#include <deque>

#include "kernels/three_phase_commit.hpp"
#include "tests/safety/common/ledger.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::three_phase_commit {

/// How long a rank that stays up may take to decide: until it misses the coordinator, and then, for each rank below it that
/// crashes, until that one is missed, and has led, and crashed. On clocks that are slow by up to 30 %.
inline Time patience(const Schedule& schedule) {
  const Time timeout_ns = schedule.shape["timeout_us"] * 1000;
  return 10 * schedule.faults.delay_most_ns + (2 + 5 * schedule.shape.ranks) * timeout_ns * 3 / 2;
}

struct NonBlocking {
  static constexpr std::string_view sentence =
      "Non-blocking: a rank that stays up decides within a few time-outs after its vote, whoever else is down";
  explicit NonBlocking(const Schedule& schedule)
      : patience_(patience(schedule)),
        times_out_(schedule.shape["timeout_us"] > 0),
        is_decided_(schedule),
        crashes_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}

  bool holds(const Step<ThreePhaseCommit>& step, const auto& /*world*/) {
    int& crashes = crashes_[static_cast<std::size_t>(step.rank)];
    if (step.cause == Cause::crash) ++crashes;
    if (step.cause == Cause::propose) due_.push_back({step.at + patience_, step.operation, 0, crashes});
    for (const auto& sent : step.sent)
      if (sent.message.kind == ThreePhaseCommit::Kind::vote_yes)
        due_.push_back({step.at + patience_, sent.message.first, step.rank, crashes});
    for (const auto& answer : step.answered) is_decided_(answer.operation, step.rank) = 1;
    return !times_out_ || is_kept(step.at);
  }
  bool holds_at_end(const auto& /*world*/) { return !times_out_ || is_kept(kNever); }

 private:
  /// One rank's decision of one transaction. `crashes` of the rank, when it voted.
  struct Due {
    Time at;
    Operation operation;
    Rank rank;
    int crashes;
  };
  bool is_kept(Time now) {
    for (; !due_.empty() && due_.front().at < now; due_.pop_front()) {
      const Due& due = due_.front();
      const bool stayed_up = crashes_[static_cast<std::size_t>(due.rank)] == due.crashes;
      if (stayed_up && !is_decided_(due.operation, due.rank)) return false;
    }
    return true;
  }

  Time patience_;
  bool times_out_;
  common::Ledger<char> is_decided_;
  std::vector<int> crashes_;  ///< [rank]
  std::deque<Due> due_;       ///< by time
};

}  // namespace coordbench::testing::three_phase_commit
