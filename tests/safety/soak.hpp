#pragma once
// Many schedules of one protocol, on several cores.

#include <optional>

#include "tests/safety/subject.hpp"

namespace coordbench::testing {

struct Soaked {
  std::int64_t schedules = 0, events = 0, messages = 0, redrawn = 0;
  std::int64_t betrayed = 0;  ///< schedules in which a traitor did anything
  std::int64_t healed = 0;    ///< schedules in which something failed, and everything that can heal healed
  std::int64_t ended = 0;     ///< of these, schedules in which every operation ended that the protocol says does
  Time to_end_ns = 0;         ///< from the healing to the end of the schedule: the sum over those, and the longest
  Time to_end_most_ns = 0;
  Refused refused{};
  Happened happened{};
  std::optional<std::uint64_t> failing_seed{};  ///< the lowest, whatever the number of jobs
};

/// Runs the schedules of seeds first … first + count - 1, `jobs` at a time; stops at a violation, once no lower seed is left.
Soaked soak(const Subject& subject, std::uint64_t first, std::uint64_t count, int jobs);

/// The same disaster made simpler: greedily without faults, with fewer operations, fewer ranks and a sooner end, as long as
/// the same invariant is violated.
Schedule shrunken(const Subject& subject, const Schedule& schedule, std::string_view violated);

/// Ranks, operations, parameters and faults, a line each.
std::string in_words(const Schedule& schedule);

/// Everything that one needs to understand a violation: the invariant, the command that replays it, the shrunken schedule and
/// the end of its conversation.
std::string report_of(const Subject& subject, std::uint64_t seed);

}  // namespace coordbench::testing
