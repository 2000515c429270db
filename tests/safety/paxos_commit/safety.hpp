#pragma once
// What Paxos Commit promises, and what it claims to survive: everything but the loss of a log, and F acceptors down for ever.

#include <fmt/core.h>

#include "tests/safety/commitment/agreement.hpp"
#include "tests/safety/commitment/nontriviality.hpp"
#include "tests/safety/commitment/reversal.hpp"
#include "tests/safety/commitment/unanimity.hpp"
#include "tests/safety/common/integrity.hpp"
#include "tests/safety/paxos_commit/one_value.hpp"
#include "tests/safety/paxos_commit/promises.hpp"
#include "tests/safety/paxos_commit/quorums.hpp"
#include "tests/safety/paxos_commit/termination.hpp"

namespace coordbench::testing::paxos_commit {

struct Safety {
  using Protocol = PaxosCommit;
  /// Prepare, vote, phase 2b, decision: four delays, and half as much again for clocks that are fast.
  static constexpr int kDelays = 6;
  /// A broken promise makes two values, two values make two decisions: the narrower first.
  using Invariants =
      std::tuple<Promises, OneValue, commitment::NoReversal<PaxosCommit>, commitment::Unanimity<PaxosCommit, Ballots>,
                 commitment::Agreement<PaxosCommit>, Quorums, common::Integrity<PaxosCommit>,
                 commitment::Nontriviality<PaxosCommit, kDelays>, Termination, NonBlocking>;

  static std::string describe(const PaxosCommit::Message& message) {
    static constexpr std::array<std::string_view, 10> kWords{"prepare",  "vote",    "phase 1a", "phase 1b", "phase 2a",
                                                             "phase 2b", "refused", "decision", "inquire",  "learned"};
    const auto& [transaction, kind, value, count, ballot, accepted, settled] = message;
    std::string text = fmt::format("{} {}", kWords[static_cast<std::size_t>(kind)], transaction);
    if (kind == Kind::decision) return (value == Value::prepared ? "commit " : "abort ") + std::to_string(transaction);
    if (ballot > 0) text += fmt::format(", ballot {}", ballot);
    if (value != Value::none) text += value == Value::prepared ? ": prepared" : ": aborted";
    return text;
  }

  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    set(shape, "faults", random.below(4) == 0 ? -1 : random.between(0, (shape.ranks - 1) / 2));
    set(shape, "no_votes", random.below(4) == 0 ? random.between(0, shape.ranks - 1) : 0);
    set(shape, "timeout_us", random.below(6) == 0 ? 0 : random.between(2, 12));
    shape.in_flight = draw_window(random);
    schedule.operations = random.between<std::int64_t>(1, 24);
    schedule.faults.amnesia = 0;
    if (shape["timeout_us"] == 0)
      never_times_out(schedule);
    else if (random.below(4) == 0)
      cut_off_for_ever(schedule, random);
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 40'000 * kHop + 4 * schedule.think_ns * schedule.operations;
  }

 private:
  /// Without time-outs nothing is said again. A transaction ends as long as messages keep their order, as over MPI.
  static void never_times_out(Schedule& schedule) {
    lose_nothing(schedule);
    schedule.faults.fifo = true;
  }
  /// Up to F acceptors, the leader perhaps among them, and now and then some of the other ranks.
  static void cut_off_for_ever(Schedule& schedule, Random& random) {
    const Group group(schedule.shape);
    std::vector<bool> is_down(static_cast<std::size_t>(group.ranks), false);
    for (int i = random.between(0, group.faults); i > 0; --i)
      is_down[static_cast<std::size_t>(random.below(group.acceptors()))] = true;
    for (Rank rank = group.acceptors(); rank < group.ranks; ++rank)
      if (random.below(8) == 0) is_down[static_cast<std::size_t>(rank)] = true;
    for (Rank rank = 0; rank < group.ranks; ++rank)
      for (Rank other = 0; other < group.ranks && is_down[static_cast<std::size_t>(rank)]; ++other)
        if (other != rank) schedule.faults.cut_for_ever(rank, other), schedule.faults.cut_for_ever(other, rank);
    if (random.below(4) > 0) schedule.faults.for_ever_from_ns = random.below(schedule.faults.heals_at_ns);
  }
};

}  // namespace coordbench::testing::paxos_commit
