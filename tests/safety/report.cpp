#include <fmt/format.h>

#include <vector>

#include "tests/safety/soak.hpp"

namespace coordbench::testing {
namespace {

std::string parameters_in_words(const Shape& shape) {
  std::string text;
  for (std::size_t i = 0; i < shape.parameters.size(); ++i) {
    const Parameter& parameter = shape.parameters[i];
    const auto value = static_cast<std::size_t>(shape.values[i]);
    const bool named = value < parameter.choices.size() && !parameter.choices[value].empty();
    text += fmt::format("  {} = {}\n", parameter.name,
                        named ? std::string(parameter.choices[value]) : std::to_string(shape.values[i]));
  }
  return text;
}

std::string delays_in_words(const Faults& faults) {
  static constexpr std::array<const char*, 4> kNames{"constant", "uniform", "exponential", "heavy-tailed"};
  const char* name = kNames[static_cast<std::size_t>(faults.delay)];
  if (faults.delay == Faults::Delay::constant) return fmt::format("  every message takes {} ns\n", faults.delay_least_ns);
  return fmt::format("  {} delays, {} to {} ns, {}\n", name, faults.delay_least_ns, faults.delay_most_ns,
                     faults.fifo ? "in order within a pair" : "messages overtake each other");
}

std::string members_in_words(std::uint16_t some, int members) {
  std::vector<int> named;
  for (int rank = 0; rank < members; ++rank)
    if ((some >> static_cast<unsigned>(rank) & 1U) != 0) named.push_back(rank);
  return static_cast<int>(named.size()) == members ? "all" : fmt::format("{}", fmt::join(named, ", "));
}

std::string traitors_in_words(const Schedule& schedule) {
  static constexpr std::array<const char*, kTreasons.size()> kDoes{"is silent",
                                                                   "is late",
                                                                   "repeats what it said or heard",
                                                                   "lies about what it holds",
                                                                   "tells two stories",
                                                                   "passes on what it hears",
                                                                   "speaks in others' names",
                                                                   "is there twice"};
  const Traitors& traitors = schedule.faults.traitors;
  std::string text;
  for (const Traitor& it : traitors.all) {
    if (it.rank < 0) continue;
    std::vector<const char*> does;
    for (std::size_t kind = 0; kind < kDoes.size(); ++kind)
      if (it.does(static_cast<Treason>(kind))) does.push_back(kDoes[kind]);
    text += fmt::format("  traitor {} {}, in {} % of its messages to {}", it.rank, fmt::join(does, ", "), it.per_cent,
                        members_in_words(it.victims, schedule.shape.members()));
    text += it.accomplice < 0 ? "\n" : fmt::format("; its accomplice is {}\n", it.accomplice);
  }
  if (traitors.count() > 0 && traitors.turn_every_ns > 0)
    text += fmt::format("  who hears which twin changes about every {} ns\n", traitors.turn_every_ns);
  return text;
}

std::string faults_in_words(const Faults& faults) {
  std::string text = delays_in_words(faults);
  const auto now_and_then = [&](const char* what, Time every, Time lasts) {
    if (every > 0) text += fmt::format("  {}, about every {} ns, for about {} ns\n", what, every, lasts);
  };
  if (faults.loss > 0) text += fmt::format("  {:.0f} % of all messages are lost\n", 100 * faults.loss);
  if (faults.duplication > 0) text += fmt::format("  {:.0f} % of all messages arrive twice\n", 100 * faults.duplication);
  now_and_then("partitions", faults.partition_every_ns, faults.partition_lasts_ns);
  now_and_then("crashes", faults.crash_every_ns, faults.crash_lasts_ns);
  if (faults.amnesia > 0) text += fmt::format("  {:.0f} % of all crashes take the state with them\n", 100 * faults.amnesia);
  now_and_then("pauses", faults.pause_every_ns, faults.pause_lasts_ns);
  if (faults.notices_after_ns > 0)
    text += fmt::format("  a crashed rank is excluded after about {} ns\n", faults.notices_after_ns);
  if (faults.drift_per_million > 0) text += fmt::format("  clocks drift by up to {} ppm\n", faults.drift_per_million);
  for (Rank from = 0; from < 16; ++from)
    for (Rank to = 0; to < 16; ++to)
      if (faults.is_cut_for_ever(from, to))
        text += fmt::format("  from {} ns on nothing gets from {} to {}\n", faults.for_ever_from_ns, from, to);
  if (faults.heals_at_ns != kNever) text += fmt::format("  everything heals at {} ns\n", faults.heals_at_ns);
  return text;
}

}  // namespace

std::string in_words(const Schedule& schedule) {
  return fmt::format("  {} ranks, {} clients, {} operations, {} at a time, a look of the user every {} ns\n",
                     schedule.shape.ranks, schedule.shape.clients, schedule.operations, schedule.shape.in_flight,
                     schedule.think_ns) +
         parameters_in_words(schedule.shape) + faults_in_words(schedule.faults) + traitors_in_words(schedule);
}

std::string report_of(const Subject& subject, std::uint64_t seed) {
  const Schedule drawn = subject.draw(seed);
  const Outcome first = subject.run(drawn, false);
  const Schedule simplest = shrunken(subject, drawn, first.violated);
  const Outcome last = subject.run(simplest, true);
  return fmt::format(
      "violated: {}\n{}seed {}; replay: build/coordbench-soak {} --schedules 1 --seed {}\nshrunken schedule:\n{}"
      "violated at {} ns, after:\n{}",
      first.violated, last.what.empty() ? "" : fmt::format("  {}\n", last.what), seed, subject.name, seed, in_words(simplest),
      last.at_ns, last.conversation);
}

}  // namespace coordbench::testing
