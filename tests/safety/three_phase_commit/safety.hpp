#pragma once
// What three-phase commit promises, and what it claims to survive: crashes, duplicates, messages that overtake each other,
// clocks that drift. Silence of a time-out must mean a crash: no message is lost, no pair is cut, no rank pauses.

#include "tests/safety/commitment/agreement.hpp"
#include "tests/safety/commitment/nontriviality.hpp"
#include "tests/safety/commitment/reversal.hpp"
#include "tests/safety/commitment/termination.hpp"
#include "tests/safety/commitment/unanimity.hpp"
#include "tests/safety/common/integrity.hpp"
#include "tests/safety/three_phase_commit/non_blocking.hpp"

namespace coordbench::testing::three_phase_commit {

/// A participant that only reads has nothing against the transaction, and is not bound.
struct Ballot {
  using Message = ThreePhaseCommit::Message;
  using Kind = ThreePhaseCommit::Kind;
  static bool binds(const Message& message) { return message.kind == Kind::vote_yes; }
  static bool agrees(const Message& message) { return binds(message) || message.kind == Kind::vote_read_only; }
};

struct Safety {
  using Protocol = ThreePhaseCommit;
  using Message = Protocol::Message;
  /// A process that reverses itself also disagrees with somebody, and so does who commits against a no: the narrower first.
  using Invariants = std::tuple<commitment::NoReversal<Protocol>, commitment::Unanimity<Protocol, Ballot>,
                                commitment::Agreement<Protocol>, common::Integrity<Protocol>,
                                commitment::Nontriviality<Protocol, 4>, NonBlocking, commitment::Termination<Protocol, Ballot>>;

  static std::string describe(const Message& message) {
    static constexpr std::array<std::string_view, 14> kWords{"vote request",
                                                             "vote yes",
                                                             "vote no",
                                                             "vote read-only",
                                                             "pre-commit",
                                                             "acknowledge",
                                                             "commit",
                                                             "abort",
                                                             "acknowledge decision",
                                                             "inquire",
                                                             "uncertain",
                                                             "pre-committed",
                                                             "recovered, uncertain",
                                                             "recovered, pre-committed"};
    return std::string(kWords[static_cast<std::size_t>(message.kind)]) + " " + std::to_string(message.first);
  }

  static void draw(Schedule& schedule, Random& random) {
    draw_all_but_faults(schedule, random);
    Faults& faults = schedule.faults;
    faults.loss = faults.amnesia = 0;
    faults.partition_every_ns = faults.partition_lasts_ns = faults.pause_every_ns = faults.pause_lasts_ns = 0;
    if (schedule.shape["timeout_us"] == 0) return never_times_out(schedule);
    draw_crashes(schedule, random);
  }

  static void draw_all_but_faults(Schedule& schedule, Random& random) {
    const int participants = schedule.shape.ranks - 1;  // none where the coordinator is alone: it commits at once
    const int read_only = random.below(3) == 0 ? random.between(0, participants) : 0;
    const int no_votes = random.below(4) == 0 ? random.between(0, participants - read_only) : 0;
    const Time longest_us = 1 + schedule.faults.delay_most_ns / 1000;
    set(schedule.shape, "final_acknowledgement", random.below(2));
    set(schedule.shape, "read_only", read_only);
    set(schedule.shape, "no_votes", no_votes);
    set(schedule.shape, "timeout_us", random.below(6) == 0 ? 0 : longest_us * random.between<Time>(3, 8));
    schedule.shape.in_flight = draw_window(random);
    schedule.operations = random.between<std::int64_t>(1, 24);
    schedule.ends_at_ns = ends_at(schedule);
  }

 private:
  /// Crashes in the course of a few time-outs; half the schedules leave the crashed ranks down until all is repaired, which is
  /// long after the live ones should have decided.
  static void draw_crashes(Schedule& schedule, Random& random) {
    Faults& faults = schedule.faults;
    const Time timeout_ns = schedule.shape["timeout_us"] * 1000;
    if (faults.crash_every_ns == 0 && random.below(3) == 0) return;
    if (random.below(2) == 0) faults.crash_every_ns = timeout_ns * random.between<Time>(1, 10) / 2;
    const int style = random.below(3);
    if (style == 0) return;
    schedule.operations = random.between<std::int64_t>(1, 4);
    faults.crash_lasts_ns = style == 1 ? 0 : timeout_ns * random.between<Time>(1, 60);
    faults.heals_at_ns = patience(schedule) + timeout_ns * random.between<Time>(1, 40);
    schedule.ends_at_ns = ends_at(schedule);
  }
  static Time ends_at(const Schedule& schedule) {
    const Time timeout_ns = schedule.shape["timeout_us"] * 1000;
    return schedule.faults.heals_at_ns + 2 * patience(schedule) + 20'000 * kHop +
           schedule.operations * (4 * timeout_ns + 4 * schedule.think_ns + 10 * schedule.faults.delay_most_ns);
  }
  /// There is room for every transaction as long as the coordinator's messages keep their order, as over MPI.
  static void never_times_out(Schedule& schedule) {
    lose_nothing(schedule);
    schedule.faults.fifo = true;
  }
};

}  // namespace coordbench::testing::three_phase_commit
