#pragma once
// What an acknowledged message promises, and what it claims to survive: everything but the loss of its sender's memory. That an
// operation is delivered at most once is no part of it: lost acknowledgements and duplicated messages break that, as a test of
// the kernel shows.

#include "kernels/acknowledged_send.hpp"
#include "tests/safety/common/termination.hpp"
#include "tests/safety/delivery/alarm.hpp"
#include "tests/safety/delivery/counted.hpp"
#include "tests/safety/delivery/draw.hpp"
#include "tests/safety/delivery/every_copy.hpp"
#include "tests/safety/delivery/integrity.hpp"
#include "tests/safety/delivery/knowledge.hpp"
#include "tests/safety/delivery/no_creation.hpp"
#include "tests/safety/delivery/place.hpp"

namespace coordbench::testing::acknowledged_send {

struct Safety {
  using Protocol = AcknowledgedSend;
  /// Who forgets what waits, or believes what was not said, also comes to rest too early: the narrower first.
  using Invariants = std::tuple<delivery::Place<AcknowledgedSend>, delivery::NoCreation<AcknowledgedSend>,
                                delivery::Integrity<AcknowledgedSend>, delivery::EveryCopy<AcknowledgedSend>,
                                delivery::Knowledge<AcknowledgedSend, AcknowledgedSend::delivered>,
                                delivery::Counted<AcknowledgedSend>, delivery::Alarm<AcknowledgedSend>, common::Termination>;

  static std::string describe(const AcknowledgedSend::Message& message) {
    return "operation " + std::to_string(message.first) + (message.count == 0 ? " again" : "");
  }
  static void draw(Schedule& schedule, Random& random) { delivery::draw(schedule, random); }
};

}  // namespace coordbench::testing::acknowledged_send
