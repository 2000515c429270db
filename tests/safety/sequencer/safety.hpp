#pragma once
// What a fixed sequencer promises, and what it claims to survive: everything but the loss of its memory. Ranks that crash may
// be excluded by configurations from outside; then the next rank takes over.

#include "tests/safety/sequencer/counted_once.hpp"
#include "tests/safety/sequencer/integrity.hpp"
#include "tests/safety/sequencer/passive.hpp"
#include "tests/safety/sequencer/seat.hpp"
#include "tests/safety/sequencer/termination.hpp"
#include "tests/safety/sequencer/total_order.hpp"
#include "tests/safety/sequencer/validity.hpp"
#include "tests/safety/sequencer/window.hpp"

namespace coordbench::testing::sequencer {

struct Safety {
  using Protocol = Sequencer;
  /// The narrower first: an operation that is ordered twice is sent twice and delivered twice, and then orders differ.
  using Invariants = std::tuple<Passive, Seat, CountedOnce, Window, Integrity, TotalOrder, Validity, Termination>;

  static std::string describe(const Sequencer::Message& message) {
    using Kind = coordbench::sequencer::Kind;
    const std::string operation = std::to_string(message.first), number = std::to_string(message.number);
    const std::string again = message.count == 0 ? " again" : "";
    switch (message.kind) {
      case Kind::request:
        return "request " + operation + again;
      case Kind::ordered:
        return "ordered " + operation + " as " + number + again;
      case Kind::number:
        return "number " + number + " is " + operation + again;
      case Kind::acknowledge:
        return "acknowledge " + number;
      case Kind::ask:
        return "ask " + number;
      case Kind::state:
        return "has delivered " + number;
      case Kind::open:
        return "open from " + number;
    }
    return "?";
  }

  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    set(shape, "variant", random.below(3));
    set(shape, "shards", random.below(2) == 0 ? 1 : random.between(1, shape.ranks));
    set(shape, "senders", random.between(0, shape.ranks));
    const auto power = [&] {
      return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(random.between(1, 16))));
    };
    set(shape, "keep", random.below(4) == 0 ? 0 : power());
    set(shape, "timeout_us", random.between(2, 12));
    if (random.below(4) == 0) set(shape, "timeout_us", 0);
    if (shape["timeout_us"] == 0) lose_nothing(schedule);
    shape.in_flight = draw_window(random);
    schedule.operations = random.between<std::int64_t>(1, 80);
    schedule.faults.amnesia = 0;
    if (shape["timeout_us"] > 0 && random.below(2) == 0) schedule.faults.notices_after_ns = kHop * random.between<Time>(1, 100);
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop + 4 * schedule.think_ns * schedule.operations;
  }
};

}  // namespace coordbench::testing::sequencer
