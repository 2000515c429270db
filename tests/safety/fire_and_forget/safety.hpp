#pragma once
// What a message that nobody waits for promises whatever the network does. That it is delivered at most once is no part of it:
// a network that duplicates breaks that, as a test of the kernel shows.

#include "tests/safety/delivery/draw.hpp"
#include "tests/safety/delivery/every_copy.hpp"
#include "tests/safety/delivery/integrity.hpp"
#include "tests/safety/delivery/no_creation.hpp"
#include "tests/safety/delivery/place.hpp"
#include "tests/safety/fire_and_forget/arrival.hpp"
#include "tests/safety/fire_and_forget/handover.hpp"

namespace coordbench::testing::fire_and_forget {

struct Safety {
  using Protocol = FireAndForget;
  using Invariants = std::tuple<delivery::Place<FireAndForget>, delivery::NoCreation<FireAndForget>,
                                delivery::Integrity<FireAndForget>, delivery::EveryCopy<FireAndForget>, Handover, Arrival>;

  static std::string describe(const FireAndForget::Message& message) { return "message " + std::to_string(message.first); }

  /// A case that says what it loses ends every operation in silence, one at a time. In the others the user waits for
  /// deliveries, and for what is lost in vain.
  static void draw(Schedule& schedule, Random& random) {
    schedule.shape.clients = random.below(3) == 0 ? random.between(1, 4) : 0;
    schedule.shape.in_flight = draw_window(random);
    schedule.operations = random.between<std::int64_t>(1, 40);
    if (random.below(2) == 0) lose_nothing(schedule);
    if (random.below(2) == 0) delivery::tell_of_loss(schedule);
    if (schedule.shape.loss.any()) schedule.shape.in_flight = 1;
  }
};

}  // namespace coordbench::testing::fire_and_forget
