#pragma once
// What caches of regions promise, and what they claim to survive: everything but the loss of a rank's memory.

#include <fmt/core.h>

#include "tests/safety/common/register_integrity.hpp"
#include "tests/safety/regional_cache/invalidation.hpp"
#include "tests/safety/regional_cache/session.hpp"

namespace coordbench::testing::regional_cache {

struct Safety {
  using Protocol = RegionalCache;
  using Kind = RegionalCache::Kind;
  using Invariants = std::tuple<Order, Monotony, common::RegisterIntegrity<RegionalCache>, Invalidation, ReadYourWrites,
                                MonotonicReads, Convergence, Termination>;

  /// A value is named by its version and the operation that wrote it.
  static std::string describe(const RegionalCache::Message& message) {
    static constexpr std::array<std::string_view, 8> kWords{"write", "written", "read",       "value",
                                                            "fetch", "fill",    "invalidate", "invalid"};
    std::string text = fmt::format("{} {}", kWords[static_cast<std::size_t>(message.kind)], message.first);
    const bool asks = message.kind == Kind::read || message.kind == Kind::fetch;
    if (message.kind == Kind::value || message.kind == Kind::fill)
      text += message.writer == 0 ? ": initial" : fmt::format(": {}.{}", message.version, message.writer - 1);
    else if (asks && message.version > 0)
      text += fmt::format(", {} or newer", message.version);
    else if (!asks && message.kind != Kind::write)
      text += fmt::format(": {}", message.version);
    return message.count > 0 ? text : text + ", background";
  }

  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    set(shape, "regions", random.below(3) == 0 ? 0 : random.between(1, shape.ranks));
    set(shape, "reads", random.below(8) == 0 ? random.below(2) * 100 : random.between(0, 100));
    set(shape, "read_after_write", random.below(2));
    set(shape, "proposers", random.below(3) == 0 ? random.between(1, shape.ranks) : 0);
    set(shape, "timeout_us", random.below(6) == 0 ? 0 : random.between(2, 12));
    if (shape["timeout_us"] == 0) lose_nothing(schedule);
    shape.in_flight = draw_window(random);
    schedule.operations = random.between<std::int64_t>(4, 64);
    schedule.think_ns = kHop * random.between<Time>(1, 6);
    schedule.faults.amnesia = 0;
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop;
  }
};

}  // namespace coordbench::testing::regional_cache
