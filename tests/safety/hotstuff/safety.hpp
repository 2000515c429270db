#pragma once
// What HotStuff promises, and what it claims to survive: everything but the loss of what it has voted for.

#include "tests/safety/common/counter_linearizability.hpp"
#include "tests/safety/draw_traitors.hpp"
#include "tests/safety/hotstuff/agreement.hpp"
#include "tests/safety/hotstuff/exactly_once.hpp"
#include "tests/safety/hotstuff/lies.hpp"
#include "tests/safety/hotstuff/liveness.hpp"
#include "tests/safety/hotstuff/proposing.hpp"
#include "tests/safety/hotstuff/voting.hpp"
#include "tests/safety/hotstuff/words.hpp"

namespace coordbench::testing::hotstuff {

struct Safety {
  using Linearizability = common::CounterLinearizability<parts::answered, answer_to>;
  using Protocol = Hotstuff;
  using Memory = hotstuff::Memory;
  /// The narrower first: two votes make two certificates, and those two decisions.
  using Invariants = std::tuple<OneVote, HighestCertificate, Held, Lock, OneCertificate, Agreement, SameStates, ExactlyOnce,
                                Validity, Linearizability, Liveness>;

  static std::string describe(const parts::Message& message) { return hotstuff::describe(message); }

  /// A time-out is well above any delay, or no leader would ever have the time that it needs.
  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    shape.ranks = random.between(4, kRanksMost);
    shape.clients = random.between(0, Hotstuff::clients_most);
    shape.in_flight = draw_window(random);
    shape.authentication = random.below(2) == 0 ? Authentication::none : Authentication::signature;
    set(shape, "mode", random.below(2));
    if (shape["mode"] == 0) set(shape, "new_view", random.below(3) == 0 ? 1 : 0);
    schedule.operations = random.between<std::int64_t>(1, 40);
    schedule.faults.amnesia = 0;
    if (shape.authentication == Authentication::signature && random.below(500) == 0) sign_really(schedule);
    if (random.below(6) == 0) return never_times_out(schedule);
    const bool is_away = random.below(8) == 0 && schedule.primitives == Primitives::fast;
    if (is_away) stay_away(schedule, random);
    const Time timeout_us = 1 + schedule.faults.delay_most_ns * random.between<Time>(8, 16) / 1000;
    set(shape, "timeout_us", timeout_us);
    schedule.faults.heals_at_ns += 10 * timeout_us * 1000;
    schedule.ends_at_ns = schedule.faults.heals_at_ns + (1000 + 8 * schedule.operations) * timeout_us * 1000 +
                          4 * schedule.think_ns * schedule.operations;
    if (random.below(4) == 0) return cut_off_for_ever(schedule, random);
    draw_traitors(schedule, random, traitors_most(shape), treasons_in(shape, is_away));
    if (shape.clients == 0) schedule.faults.traitors.pardon(0);  // it is the client
  }
  static int traitors_most(const Shape& shape) { return (shape.ranks - 1) / 3; }
  static bool lie(auto& lie) { return hotstuff::lie(lie); }

  /// Everyone has executed what anyone has. A server that is cut off for ever never will.
  static bool is_at_rest(const auto& world, const Schedule& schedule) {
    for (Rank rank = 0; rank < world.shape().ranks; ++rank)
      if (world.is_correct(rank) && !is_cut_off(schedule.faults, rank, world.shape().ranks) &&
          world.machine(rank).core().ledger.state().count() != world.proposed())
        return false;
    return true;
  }

 private:
  /// Without signatures who lies is believed. Who has been away is lied to.
  static std::span<const Treason> treasons_in(const Shape& shape, bool is_away) {
    static constexpr std::array kHonest{Treason::twins, Treason::silence, Treason::delay};
    static constexpr std::array kLies{Treason::lying};
    if (shape.authentication == Authentication::signature) return is_away ? std::span<const Treason>(kLies) : kEveryTreason;
    return kHonest;
  }
  /// Up to f servers are deaf, mute, or both. Not the one that is asked.
  static void cut_off_for_ever(Schedule& schedule, Random& random) {
    const int ranks = schedule.shape.ranks, faults = (ranks - 1) / 3;
    const Rank first = random.between(schedule.shape.clients > 0 ? 0 : 1, ranks - faults);
    const int style = random.below(3);
    for (Rank victim = first; victim < first + faults; ++victim)
      for (Rank other = 0; other < schedule.shape.members(); ++other) {
        if (other == victim) continue;
        if (style != 0) schedule.faults.cut_for_ever(other, victim);
        if (style != 1) schedule.faults.cut_for_ever(victim, other);
      }
  }
  /// Who is down is down for so long that the others forget the blocks that it lacks.
  static void stay_away(Schedule& schedule, Random& random) {
    Faults& faults = schedule.faults;
    schedule.shape.clients = random.between(1, 2);
    schedule.shape.in_flight = 1;
    schedule.shape.authentication = Authentication::signature;
    schedule.operations = random.between<std::int64_t>(30, 60);
    schedule.think_ns = kHop;
    faults.delay_most_ns = faults.delay_least_ns + kHop;
    faults.loss = 0;
    faults.partition_every_ns = faults.partition_lasts_ns = 0;
    faults.crash_every_ns = faults.crash_lasts_ns = kHop * random.between<Time>(200, 600);
    faults.heals_at_ns += kHop * 600;
  }
  static void sign_really(Schedule& schedule) {
    schedule.primitives = Primitives::libsodium;
    schedule.operations = 1 + schedule.operations % 2;
  }
  /// Without time-outs nothing is said again by itself: what is sent must come, in its order, as over MPI.
  static void never_times_out(Schedule& schedule) {
    lose_nothing(schedule);
    schedule.faults.fifo = true;
    schedule.ends_at_ns += 16 * (schedule.think_ns + 2 * schedule.faults.delay_most_ns) * schedule.operations;
  }
};

}  // namespace coordbench::testing::hotstuff
