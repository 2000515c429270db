#pragma once
// What PBFT promises, and what it claims to survive: f traitors, and everything else but the loss of what correct replicas
// remember.

#include "tests/safety/common/counter_linearizability.hpp"
#include "tests/safety/common/integrity.hpp"
#include "tests/safety/draw_traitors.hpp"
#include "tests/safety/pbft/agreement.hpp"
#include "tests/safety/pbft/lies.hpp"
#include "tests/safety/pbft/liveness.hpp"
#include "tests/safety/pbft/new_views.hpp"
#include "tests/safety/pbft/states.hpp"
#include "tests/safety/pbft/words.hpp"

namespace coordbench::testing::pbft {

struct Safety {
  using Linearizability = common::CounterLinearizability<machine::answered, answer_to>;
  using Protocol = Pbft;
  /// The narrower first.
  using Invariants = std::tuple<NoReturn, OneCertificate, NewViews, Agreement, Certificate, Validity, StableCheckpoint,
                                SameStates, ExactlyOnce, Linearizability, common::Integrity<Pbft>, Liveness>;

  static std::string describe(const machine::Message& message) { return pbft::describe(message); }

  /// Four servers or more; a time-out is well above any delay, or every view would be left before it has done anything.
  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    if (shape.ranks < 4) shape.ranks = shape.ranks == 2 ? 7 : 4;
    shape.clients = random.between(0, Pbft::clients_most);
    shape.in_flight = draw_window(random);
    set(shape, "checkpoint", random.below(4) == 0 ? 128 : random.between(1, 16));
    set(shape, "tentative", shape.clients > 0 ? random.below(2) : 0);
    shape.authentication = static_cast<Authentication>(random.below(3));
    schedule.operations = random.between<std::int64_t>(1, 40);
    schedule.faults.amnesia = 0;
    if (shape.authentication != Authentication::none && random.below(500) == 0) authenticate_really(schedule);
    if (random.below(6) == 0) return never_times_out(schedule);
    const Time timeout_us = 1 + schedule.faults.delay_most_ns * random.between<Time>(4, 10) / 1000;
    set(shape, "timeout_us", timeout_us);
    schedule.faults.heals_at_ns += 10 * timeout_us * 1000;
    const Time time_outs = 200 + 4 * schedule.operations;
    schedule.ends_at_ns =
        schedule.faults.heals_at_ns + time_outs * timeout_us * 1000 + 4 * schedule.think_ns * schedule.operations;
    if (random.below(4) == 0)
      cut_some_for_ever(schedule, random);
    else
      draw_traitors<Safety>(schedule, random);
  }

  static int traitors_most(const Shape& shape) { return machine::Setting(shape).faults; }
  static bool lie(auto& lie) { return Liar(lie).lies(); }

  /// Everyone has carried out what anyone has. A replica that is cut off for ever never will.
  static bool is_at_rest(const auto& world, const Schedule& schedule) {
    for (Rank rank = 0; rank < world.shape().ranks; ++rank)
      if (world.is_correct(rank) && !schedule.faults.is_hurt_for_ever(rank) &&
          world.machine(rank).replica().service.state().count() != world.proposed())
        return false;
    return true;
  }

 private:
  /// As many as may be traitors hear nobody, or are heard by nobody, or both.
  static void cut_some_for_ever(Schedule& schedule, Random& random) {
    const int ranks = schedule.shape.ranks;
    const Rank first = random.below(ranks);
    for (int i = random.between(1, machine::Setting(schedule.shape).faults); i > 0; --i) {
      const Rank victim = (first + i) % ranks;
      const int style = random.below(3);
      for (Rank other = 0; other < ranks; ++other) {
        if (other != victim && style != 0) schedule.faults.cut_for_ever(victim, other);
        if (other != victim && style != 1) schedule.faults.cut_for_ever(other, victim);
      }
    }
  }
  static void authenticate_really(Schedule& schedule) {
    schedule.primitives = Primitives::libsodium;
    schedule.operations = 1 + schedule.operations % 2;
  }
  /// Without time-outs nothing is said again by itself: what is sent must come, in its order, as over MPI.
  static void never_times_out(Schedule& schedule) {
    lose_nothing(schedule);
    schedule.faults.fifo = true;
    schedule.ends_at_ns += 4 * (schedule.think_ns + 2 * schedule.faults.delay_most_ns) * schedule.operations;
  }
};

}  // namespace coordbench::testing::pbft
