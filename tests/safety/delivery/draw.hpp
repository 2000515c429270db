#pragma once
// The schedules of senders that send again.

#include "tests/safety/schedule.hpp"

namespace coordbench::testing::delivery {

/// Half of the cases declare what the network does. In the others resends are background.
inline void tell_of_loss(Schedule& schedule) {
  schedule.shape.loss = {.lost = schedule.faults.loss, .doubled = schedule.faults.duplication};
}

/// Time-outs of 2 to 30 usual round trips, which slow networks exceed; none at all only where nothing is lost. Ranks keep their
/// memory: a sender without it would not know what to send again.
inline void draw_resends(Schedule& schedule, Random& random) {
  Shape& shape = schedule.shape;
  shape.in_flight = draw_window(random);
  set(shape, "resend_us", random.below(6) == 0 ? 0 : random.between(1, 12));
  if (shape["resend_us"] == 0) lose_nothing(schedule);
  if (random.below(2) == 0) tell_of_loss(schedule);
  schedule.operations = random.between<std::int64_t>(1, 64);
  schedule.think_ns = kHop * random.between<Time>(1, 6);
  schedule.faults.amnesia = 0;
  schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop;
}

inline void draw(Schedule& schedule, Random& random) {
  schedule.shape.clients = random.below(3) == 0 ? random.between(1, 4) : 0;
  draw_resends(schedule, random);
}

/// Where rank 0 asks one question after the other: fewer operations, and time for all their round trips.
template <class P>
void draw_round_trips(Schedule& schedule, Random& random) {
  constexpr std::int64_t kSlowest = 80;  // hops of a round trip
  draw_resends(schedule, random);
  schedule.operations = std::min<std::int64_t>(schedule.operations, 12);
  schedule.ends_at_ns += kHop * kSlowest * P::trips(schedule.shape) * schedule.operations;
}

}  // namespace coordbench::testing::delivery
