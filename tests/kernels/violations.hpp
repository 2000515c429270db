#pragma once
// How many schedules break a claim: for claims that a protocol does not make, and whose violations must be found.

#include <gtest/gtest.h>

#include "tests/safety/soak.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing {

/// Of so many schedules as Claim draws them, each changed by `change(schedule)`. None may overrun the kernel's declared bounds.
template <class Claim, class Change>
int violations(std::uint64_t schedules, Change&& change) {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= schedules; ++seed) {
    Schedule schedule = draw<Claim>(seed);
    change(schedule);
    const Outcome outcome = run<Claim>(schedule, false);
    EXPECT_NE(outcome.violated, kKeepsItsBounds) << outcome.what;
    found += outcome.violated.empty() ? 0 : 1;
  }
  return found;
}
template <class Claim>
int violations(std::uint64_t schedules) {
  return violations<Claim>(schedules, [](const Schedule&) {});
}

}  // namespace coordbench::testing
