#pragma once
// What a poll of one rank after the other promises, and what it claims to survive: everything but the loss of memory.

#include "kernels/sequential_polling.hpp"
#include "tests/safety/common/termination.hpp"
#include "tests/safety/delivery/counted.hpp"
#include "tests/safety/delivery/draw.hpp"
#include "tests/safety/delivery/integrity.hpp"
#include "tests/safety/delivery/question_alarm.hpp"
#include "tests/safety/delivery/taken_once.hpp"
#include "tests/safety/delivery/turns.hpp"

namespace coordbench::testing::sequential_polling {

/// Each rank is asked once, and rank 0 has nothing to be asked.
struct Questions {
  static Rank asked(const Shape& /*shape*/, std::uint32_t turn) { return static_cast<Rank>(turn) + 1; }
  static int applies(const Shape& /*shape*/, std::uint32_t /*turn*/) { return 1; }
  static int applies_itself(const Shape& /*shape*/) { return 1; }
  static bool is_last(const Shape& /*shape*/, std::uint32_t /*turn*/) { return true; }
};

struct Safety {
  using Protocol = SequentialPolling;
  /// Whoever asks in the wrong order also counts wrong, or never ends: the narrower first.
  using Invariants = std::tuple<delivery::Integrity<SequentialPolling>, delivery::Turns<SequentialPolling, Questions>,
                                delivery::TakenOnce<SequentialPolling, Questions>, delivery::Counted<SequentialPolling>,
                                delivery::QuestionAlarm<SequentialPolling>, common::Termination>;

  static std::string describe(const SequentialPolling::Message& message) {
    return "operation " + std::to_string(message.first) + ", turn " + std::to_string(message.turn) +
           (message.count == 0 ? " again" : "");
  }
  static void draw(Schedule& schedule, Random& random) { delivery::draw_round_trips<SequentialPolling>(schedule, random); }
};

}  // namespace coordbench::testing::sequential_polling
