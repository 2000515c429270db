#include <vector>

#include "tests/safety/soak.hpp"

namespace coordbench::testing {
namespace {

/// What is a step simpler than `schedule`, the greatest steps first.
std::vector<Schedule> simpler_than(const Schedule& schedule) {
  std::vector<Schedule> simpler;
  const auto consider = [&](auto&& change) { change(simpler.emplace_back(schedule)); };
  for (const FaultKind& kind : kFaultKinds)
    if (kind.is_on(schedule.faults)) consider([&](Schedule& it) { kind.switch_off(it.faults); });
  if (schedule.operations > 2) consider([](Schedule& it) { it.operations /= 2; });
  if (schedule.operations > 1) consider([](Schedule& it) { --it.operations; });
  if (schedule.shape.ranks > 2) consider([](Schedule& it) { --it.shape.ranks; });
  if (schedule.shape.in_flight > 1) consider([](Schedule& it) { --it.shape.in_flight; });
  if (schedule.faults.heals_at_ns > kHop && schedule.faults.heals_at_ns != kNever)
    consider([](Schedule& it) {
      const Time sooner = it.faults.heals_at_ns / 2;
      it.faults.heals_at_ns -= sooner;
      if (it.ends_at_ns != kNever) it.ends_at_ns -= sooner;
    });
  return simpler;
}

}  // namespace

Schedule shrunken(const Subject& subject, const Schedule& schedule, std::string_view violated) {
  static constexpr int kDraws = 20;  // a fault less is another sequence of chances: each change deserves a few
  const auto still_fails = [&](Schedule& candidate) {
    if (!subject.fits(candidate.shape)) return false;
    for (int draw = 0; draw < kDraws; ++draw, ++candidate.faults.seed)
      if (subject.run(candidate, false).violated == violated) return true;
    return false;
  };
  Schedule simplest = schedule;
  for (bool found = true; found;) {
    found = false;
    for (Schedule& candidate : simpler_than(simplest)) {
      if (!still_fails(candidate)) continue;
      simplest = candidate;
      found = true;
      break;
    }
  }
  return simplest;
}

}  // namespace coordbench::testing
