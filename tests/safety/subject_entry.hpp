#pragma once
// Makes a Subject of a protocol's Safety; included by one generated source for each folder.

#include "tests/safety/play.hpp"
#include "tests/safety/subject.hpp"
#include "tests/safety/watch.hpp"

namespace coordbench::testing {

template <class Safety>
Outcome run(const Schedule& schedule, bool record) {
  static constexpr std::size_t kLines = 40;
  using World = Cluster<typename Safety::Protocol, Watch<Safety>>;
  World world(schedule.shape, schedule.faults, schedule.operations, Watch<Safety>(schedule, record), schedule.primitives);
  Outcome outcome;
  try {
    play<Safety>(world, schedule);
    world.observer().finished(world);
  } catch (const Violation& violation) {
    outcome.violated = violation.sentence;
  } catch (const std::exception& error) {
    outcome.violated = kKeepsItsBounds;
    outcome.what = error.what();
  }
  outcome.at_ns = world.now();
  outcome.events = world.events();
  outcome.messages = world.traffic().messages_sent;
  outcome.refused = world.traffic().refused;
  outcome.happened = world.happened();
  if (const auto& history = world.observer().history())
    outcome.conversation = history->conversation(Safety::describe, kLines, schedule.faults.delay != Faults::Delay::constant);
  return outcome;
}

template <class Safety>
bool fits(const Shape& shape) {
  return unfit_of<typename Safety::Protocol>(shape).empty();
}

template <class Safety>
constexpr auto traitors_most_of() -> int (*)(const Shape&) {
  if constexpr (FacesTraitors<Safety>)
    return [](const Shape& shape) -> int { return Safety::traitors_most(shape); };
  else
    return nullptr;
}

template <class... Invariant>
constexpr std::array<std::string_view, sizeof...(Invariant)> sentences_of(const std::tuple<Invariant...>* /*type*/) {
  return {Invariant::sentence...};
}
template <class Safety>
inline constexpr auto kSentences = sentences_of(static_cast<const typename Safety::Invariants*>(nullptr));

template <class Safety>
constexpr Subject make_subject(std::string_view name) {
  return {name, kSentences<Safety>, &draw<Safety>, &fits<Safety>, &run<Safety>, traitors_most_of<Safety>()};
}

}  // namespace coordbench::testing
