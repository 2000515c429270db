#pragma once
// What work that is handed over in requests promises, and what it claims to survive: everything but the loss of memory.

#include "kernels/chatty_protocol.hpp"
#include "tests/safety/common/termination.hpp"
#include "tests/safety/delivery/counted.hpp"
#include "tests/safety/delivery/draw.hpp"
#include "tests/safety/delivery/integrity.hpp"
#include "tests/safety/delivery/question_alarm.hpp"
#include "tests/safety/delivery/taken_once.hpp"
#include "tests/safety/delivery/turns.hpp"

namespace coordbench::testing::chatty_protocol {

/// The worker is asked all questions, and the last one of a request carries its items.
struct Questions {
  static Rank asked(const Shape& shape, std::uint32_t /*turn*/) { return shape.ranks - 1; }
  static std::int64_t applies(const Shape& shape, std::uint32_t turn) {
    const std::int64_t number = std::int64_t{turn} + 1, of_request = shape["handshake"] / 2, requests = number / of_request;
    if (number % of_request > 0) return 0;
    return std::min(requests * shape["batch"], shape["items"]) - (requests - 1) * shape["batch"];
  }
  static std::int64_t applies_itself(const Shape& shape) { return shape.ranks == 1 ? shape["items"] : 0; }
  static bool is_last(const Shape& shape, std::uint32_t turn) { return turn + 1 == ChattyProtocol::trips(shape); }
};

struct Safety {
  using Protocol = ChattyProtocol;
  /// Whoever asks in the wrong order also counts wrong, or never ends: the narrower first.
  using Invariants = std::tuple<delivery::Integrity<ChattyProtocol>, delivery::Turns<ChattyProtocol, Questions>,
                                delivery::TakenOnce<ChattyProtocol, Questions>, delivery::Counted<ChattyProtocol>,
                                delivery::QuestionAlarm<ChattyProtocol>, common::Termination>;

  static std::string describe(const ChattyProtocol::Message& message) {
    return "operation " + std::to_string(message.first) + ", turn " + std::to_string(message.turn) +
           (message.count == 0 ? " again" : "");
  }
  static void draw(Schedule& schedule, Random& random) {
    const int items = random.between(1, 12);
    set(schedule.shape, "items", items);
    set(schedule.shape, "batch", random.between(1, items));
    set(schedule.shape, "handshake", 2 * random.between(1, 4));
    delivery::draw_round_trips<ChattyProtocol>(schedule, random);
  }
};

}  // namespace coordbench::testing::chatty_protocol
