#pragma once
// What anti-entropy promises, and what it claims to survive: everything but the loss of its memory, as an update that only one
// rank had would be gone with it.

#include "tests/safety/anti_entropy/pace.hpp"
#include "tests/safety/anti_entropy/reconciliation.hpp"
#include "tests/safety/anti_entropy/state.hpp"

namespace coordbench::testing::anti_entropy {

struct Safety {
  using Protocol = AntiEntropy;
  /// What is wrong in a state is also wrong in an exchange: the narrower first.
  using Invariants = std::tuple<NoCreation, Monotone, NoLostUpdate, Knowledge, Reconciliation, Pace>;

  static std::string describe(const AntiEntropy::Message& message) {
    static constexpr std::array kNames{"digest", "entries", "entries and digest"};
    return kNames[static_cast<std::size_t>(message.kind)] + std::string(" in call ") + std::to_string(message.call);
  }

  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    set(shape, "period_us", random.between<std::int64_t>(1, 8));
    set(shape, "ttl", random.between<std::int64_t>(1, 12));
    set(shape, "phase", random.below(2));
    set(shape, "entries", random.between<std::int64_t>(1, 8));
    set(shape, "proposers", random.below(2) == 0 ? 0 : random.between(1, shape.ranks));
    schedule.operations = random.between<std::int64_t>(1, 16);
    schedule.faults.amnesia = 0;
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop;
  }
};

}  // namespace coordbench::testing::anti_entropy
