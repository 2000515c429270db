#pragma once
// What a message that is applied exactly once promises, and what it claims to survive: everything but the loss of its memory.

#include "tests/safety/common/termination.hpp"
#include "tests/safety/delivery/alarm.hpp"
#include "tests/safety/delivery/counted.hpp"
#include "tests/safety/delivery/draw.hpp"
#include "tests/safety/delivery/integrity.hpp"
#include "tests/safety/delivery/knowledge.hpp"
#include "tests/safety/delivery/no_creation.hpp"
#include "tests/safety/delivery/place.hpp"
#include "tests/safety/exactly_once_send/at_most_once.hpp"
#include "tests/safety/exactly_once_send/attempts.hpp"
#include "tests/safety/exactly_once_send/premature.hpp"

namespace coordbench::testing::exactly_once_send {

struct Safety {
  using Protocol = ExactlyOnceSend;
  /// Who forgets what waits, or believes what was not said, also comes to rest too early: the narrower first.
  using Invariants =
      std::tuple<delivery::Place<ExactlyOnceSend>, delivery::NoCreation<ExactlyOnceSend>, delivery::Integrity<ExactlyOnceSend>,
                 AtMostOnce, delivery::Knowledge<ExactlyOnceSend, ExactlyOnceSend::is_applied>, Attempts,
                 delivery::Counted<ExactlyOnceSend>, Premature, delivery::Alarm<ExactlyOnceSend>, common::Termination>;

  static std::string describe(const ExactlyOnceSend::Message& message) {
    return "operation " + std::to_string(message.first) + ", attempt " + std::to_string(message.attempt);
  }
  static void draw(Schedule& schedule, Random& random) { delivery::draw(schedule, random); }
};

}  // namespace coordbench::testing::exactly_once_send
