#pragma once
// The schedules of protocols that ask again and otherwise wait.

#include "tests/safety/schedule.hpp"

namespace coordbench::testing::commitment {

/// They claim to survive everything but the loss of the log. Without time-outs nothing may be lost.
inline void draw(Schedule& schedule, Random& random) {
  Shape& shape = schedule.shape;
  set(shape, "no_votes", random.below(3) == 0 ? random.between(0, shape.ranks - 1) : 0);
  set(shape, "timeout_us", random.below(6) == 0 ? 0 : random.between(2, 12));
  if (shape["timeout_us"] == 0) lose_nothing(schedule);
  shape.in_flight = draw_window(random);
  schedule.operations = random.between<std::int64_t>(1, 24);
  schedule.faults.amnesia = 0;
  schedule.ends_at_ns = schedule.faults.heals_at_ns + 40'000 * kHop + 4 * schedule.think_ns * schedule.operations;
}

}  // namespace coordbench::testing::commitment
