#include <vector>

#include "tests/safety/soak.hpp"

namespace coordbench::testing {
namespace {

/// A traitor less; an accomplice less; a kind of treason less, or silence in its place; all messages and all ranks instead of
/// some.
void simplify_traitors(const Schedule& schedule, auto&& consider) {
  for (std::size_t i = 0; i < kTraitorsMost; ++i) {
    const Traitor it = schedule.faults.traitors.all[i];
    if (it.rank < 0) continue;
    const auto change = [&](auto&& how) { consider([&](Schedule& simpler) { how(simpler.faults.traitors.all[i]); }); };
    consider([&](Schedule& simpler) { simpler.faults.traitors.pardon(it.rank); });
    if (it.treasons != bit_of(Treason::silence)) change([](Traitor& own) { own.treasons = bit_of(Treason::silence); });
    for (std::size_t kind = 0; kind < kTreasons.size(); ++kind) {
      const std::uint8_t bit = bit_of(static_cast<Treason>(kind));
      if (it.treasons != bit && (it.treasons & bit) != 0) change([&](Traitor& own) { own.treasons = it.treasons ^ bit; });
    }
    if (it.per_cent < 100) change([](Traitor& own) { own.per_cent = 100; });
    if (it.victims != Traitor{}.victims) change([](Traitor& own) { own.victims = Traitor{}.victims; });
  }
  if (schedule.faults.traitors.turn_every_ns > 0) consider([](Schedule& it) { it.faults.traitors.turn_every_ns = 0; });
}

/// Whether the protocol says that it bears them, and they are servers.
bool bears_traitors(const Subject& subject, const Schedule& schedule) {
  const Traitors& traitors = schedule.faults.traitors;
  if (traitors.count() == 0) return true;
  for (const Traitor& traitor : traitors.all)
    if (traitor.rank >= schedule.shape.ranks || traitor.accomplice >= schedule.shape.ranks) return false;
  return subject.traitors_most && traitors.count() <= subject.traitors_most(schedule.shape);
}

/// What is a step simpler than `schedule`, the greatest steps first.
std::vector<Schedule> simpler_than(const Schedule& schedule) {
  std::vector<Schedule> simpler;
  const auto consider = [&](auto&& change) { change(simpler.emplace_back(schedule)); };
  for (const FaultKind& kind : kFaultKinds)
    if (kind.is_on(schedule.faults)) consider([&](Schedule& it) { kind.switch_off(it.faults); });
  simplify_traitors(schedule, consider);
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
    if (!subject.fits(candidate.shape) || !bears_traitors(subject, candidate)) return false;
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
