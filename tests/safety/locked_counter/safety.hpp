#pragma once
// What the locked counter promises. That every operation ends is promised only where nothing is lost, because nothing is sent
// again. No update is ever lost: a proposer that has lost a message waits for ever, and so do those behind it.

#include "tests/safety/locked_counter/compare.hpp"
#include "tests/safety/locked_counter/first_come.hpp"
#include "tests/safety/locked_counter/linearizability.hpp"
#include "tests/safety/locked_counter/marks.hpp"
#include "tests/safety/locked_counter/mutual_exclusion.hpp"
#include "tests/safety/locked_counter/no_extra_update.hpp"
#include "tests/safety/locked_counter/no_lost_update.hpp"
#include "tests/safety/locked_counter/termination.hpp"

namespace coordbench::testing::locked_counter {

struct Safety {
  using Protocol = LockedCounter;
  /// A lock that two hold loses updates, and then no order explains the values: the narrower first.
  using Invariants =
      std::tuple<MutualExclusion, FirstCome, Compare, NoLostUpdate, NoExtraUpdate, Linearizability, Marks, Termination>;

  static std::string describe(const LockedCounter::Message& message) {
    static constexpr std::array<std::string_view, 12> kWords{"lock",   "grant",    "read", "value",   "write",   "written",
                                                             "unlock", "unlocked", "swap", "swapped", "refused", "nothing"};
    const std::string words = std::string(kWords[static_cast<std::size_t>(message.kind)]) + " " + std::to_string(message.first);
    const bool has_value = message.kind == Kind::value || message.kind == Kind::write || message.kind >= Kind::swap;
    return has_value ? words + ": " + std::to_string(message.value) : words;
  }

  static constexpr int kClientsMost = 6;

  /// Operations are fast, and the second copy of a message may come when its operation has long ended.
  static void make_copies_late(Schedule& schedule) {
    Faults& faults = schedule.faults;
    faults.delay = Faults::Delay::heavy_tail;
    faults.delay_least_ns = 1, faults.delay_most_ns = 40 * kHop;
    faults.fifo = false;
    faults.duplication = 0.3;
    schedule.shape.in_flight = 1;
    schedule.think_ns = kHop / 10;
  }

  /// A server that alone counts has nobody to talk to, so at least two ranks count if there are two.
  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    set(shape, "mode", random.below(3));
    set(shape, "proposers", random.below(2) == 0 ? 0 : std::min(2 + random.below(kRanksMost), shape.ranks));
    shape.clients = random.below(3) == 0 ? random.between(1, kClientsMost) : 0;
    if (shape.clients > 0) set(shape, "proposers", 0);
    shape.in_flight = draw_window(random);
    shape.payload_bytes = 0;
    schedule.operations = random.between<std::int64_t>(2, 60);
    schedule.think_ns = kHop * random.between<Time>(1, 6);
    if (random.below(4) > 0) lose_nothing(schedule);
    schedule.faults.amnesia = 0;
    if (random.below(4) == 0) make_copies_late(schedule);
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 100'000 * kHop;
  }
};

}  // namespace coordbench::testing::locked_counter
