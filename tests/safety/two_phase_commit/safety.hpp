#pragma once
// What two-phase commit promises, and what it claims to survive: everything but the loss of its log.

#include "tests/safety/commitment/agreement.hpp"
#include "tests/safety/commitment/nontriviality.hpp"
#include "tests/safety/commitment/reversal.hpp"
#include "tests/safety/commitment/termination.hpp"
#include "tests/safety/commitment/unanimity.hpp"
#include "tests/safety/common/integrity.hpp"
#include "tests/safety/two_phase_commit/one_at_a_time.hpp"

namespace coordbench::testing::two_phase_commit {

/// A participant that only reads has nothing against the transaction, and is not bound.
struct Ballot {
  using Message = TwoPhaseCommit::Message;
  static bool binds(const Message& message) { return message.kind == TwoPhaseCommit::Kind::vote_yes; }
  static bool agrees(const Message& message) { return binds(message) || message.kind == TwoPhaseCommit::Kind::vote_read_only; }
};

struct Safety {
  using Protocol = TwoPhaseCommit;
  /// A process that reverses itself also disagrees with somebody, and so does who commits against a no: the narrower first.
  using Invariants = std::tuple<commitment::NoReversal<Protocol>, commitment::Unanimity<Protocol, Ballot>,
                                commitment::Agreement<Protocol>, common::Integrity<Protocol>,
                                commitment::Nontriviality<Protocol, 4>, OneAtATime, commitment::Termination<Protocol, Ballot>>;

  static std::string describe(const TwoPhaseCommit::Message& message) {
    static constexpr std::array<std::string_view, 8> kWords{"prepare", "vote yes", "vote no",     "vote read-only",
                                                            "commit",  "abort",    "acknowledge", "inquire"};
    return std::string(kWords[static_cast<std::size_t>(message.kind)]) + " " + std::to_string(message.first);
  }

  static void draw(Schedule& schedule, Random& random) {
    const int participants = schedule.shape.ranks - 1;  // none where the coordinator is alone: it commits at once
    const int read_only = random.below(3) == 0 ? random.between(0, participants) : 0;
    const int no_votes = random.below(4) == 0 ? random.between(0, participants - read_only) : 0;
    set(schedule.shape, "variant", random.below(3));
    set(schedule.shape, "order", random.below(2));
    set(schedule.shape, "read_only", read_only);
    set(schedule.shape, "no_votes", no_votes);
    set(schedule.shape, "timeout_us", random.below(6) == 0 ? 0 : random.between(2, 12));
    schedule.shape.in_flight = draw_window(random);
    schedule.operations = random.between<std::int64_t>(1, 24);
    if (schedule.shape["timeout_us"] == 0) never_times_out(schedule);
    schedule.faults.amnesia = 0;
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop + 4 * schedule.think_ns * schedule.operations;
  }

 private:
  /// A participant that has no room for a transaction waits to be asked or told again, which nobody does without time-outs.
  /// There is room as long as the coordinator's messages keep their order, as over MPI.
  static void never_times_out(Schedule& schedule) {
    lose_nothing(schedule);
    schedule.faults.fifo = true;
  }
};

}  // namespace coordbench::testing::two_phase_commit
