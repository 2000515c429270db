#pragma once
// Everything that may go wrong in the simulated world, as one flat list of options and a seed.

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

#include "tests/support/random.hpp"
#include "tests/support/traitors.hpp"

namespace coordbench::testing {

/// The defaults are a perfect world in which every message takes one tick. Times that are means are of exponential
/// distributions; 0 means never.
struct Faults {
  enum class Delay : std::uint8_t { constant, uniform, exponential, heavy_tail };

  std::uint64_t seed = 1;
  Delay delay = Delay::constant;
  Time delay_least_ns = 1, delay_most_ns = 1;           ///< a constant delay is the least
  bool fifo = false;                                    ///< messages from one rank to another keep their order
  double loss = 0, duplication = 0;                     ///< probability per message
  Time partition_every_ns = 0, partition_lasts_ns = 0;  ///< means; what is sent over a cut pair is lost, in that direction
  Time crash_every_ns = 0, crash_lasts_ns = 0;          ///< means; half of all crashes strike in the middle of sending
  double amnesia = 0;                                   ///< probability that a crash takes all state with it
  Time pause_every_ns = 0, pause_lasts_ns = 0;          ///< means; a paused rank receives and ticks nothing, then everything
  Time notices_after_ns = 0;                            ///< mean; a rank that is down so long is excluded by a configuration
  int drift_per_million = 0;                            ///< a rank's clock is fast or slow by at most this
  Time heals_at_ns = kNever;                            ///< from then on nothing fails and everybody is up; clocks drift on
  std::array<std::uint16_t, 16> for_ever{};             ///< [from], a bit for each `to`: pairs that are cut and never heal …
  Time for_ever_from_ns = 0;                            ///< … from here on
  Traitors traitors{};                                  ///< they stay what they are as long as the world lasts

  /// Nothing gets from `from` to `to`, of the first 16 ranks, as long as the world lasts.
  void cut_for_ever(Rank from, Rank to) {
    for_ever.at(static_cast<std::size_t>(from)) |= static_cast<std::uint16_t>(1U << static_cast<unsigned>(to));
  }
  [[nodiscard]] bool is_cut_for_ever(Rank from, Rank to) const {
    const auto row = static_cast<std::size_t>(from);
    return row < for_ever.size() && to < 16 && (for_ever[row] >> static_cast<unsigned>(to) & 1U) != 0;
  }
  [[nodiscard]] bool is_any_cut_for_ever() const {
    return std::any_of(for_ever.begin(), for_ever.end(), [](std::uint16_t row) { return row != 0; });
  }
  /// Whether a rank is at an end of a pair that is.
  [[nodiscard]] bool is_hurt_for_ever(Rank rank) const {
    for (Rank other = 0; other < 16; ++other)
      if (is_cut_for_ever(rank, other) || is_cut_for_ever(other, rank)) return true;
    return false;
  }

  /// Swarm testing (Groce et al., ISSTA 2012): each schedule draws which faults are on, and how strongly, because a fault that
  /// is always there hides what only its absence lets happen. One schedule in eight has none. `hop_ns`: a usual delay.
  static Faults swarm(Random& random, Time hop_ns);
};

/// A kind of fault: is it on, and how to switch it off. In the order in which a failing schedule is made simpler.
struct FaultKind {
  std::string_view name;
  bool (*is_on)(const Faults&);
  void (*switch_off)(Faults&);
};

inline constexpr std::array kFaultKinds{
    FaultKind{"traitors", [](const Faults& f) { return f.traitors.count() > 0; }, [](Faults& f) { f.traitors = {}; }},
    FaultKind{"amnesia", [](const Faults& f) { return f.amnesia > 0 && f.crash_every_ns > 0; },
              [](Faults& f) { f.amnesia = 0; }},
    FaultKind{"crashes", [](const Faults& f) { return f.crash_every_ns > 0; },
              [](Faults& f) { f.crash_every_ns = f.crash_lasts_ns = 0, f.amnesia = 0; }},
    FaultKind{"pauses", [](const Faults& f) { return f.pause_every_ns > 0; },
              [](Faults& f) { f.pause_every_ns = f.pause_lasts_ns = 0; }},
    FaultKind{"partitions", [](const Faults& f) { return f.partition_every_ns > 0; },
              [](Faults& f) { f.partition_every_ns = f.partition_lasts_ns = 0; }},
    FaultKind{"cuts for ever", [](const Faults& f) { return f.is_any_cut_for_ever(); }, [](Faults& f) { f.for_ever = {}; }},
    FaultKind{"loss", [](const Faults& f) { return f.loss > 0; }, [](Faults& f) { f.loss = 0; }},
    FaultKind{"duplication", [](const Faults& f) { return f.duplication > 0; }, [](Faults& f) { f.duplication = 0; }},
    FaultKind{"drift", [](const Faults& f) { return f.drift_per_million > 0; }, [](Faults& f) { f.drift_per_million = 0; }},
    FaultKind{"reordering", [](const Faults& f) { return !f.fifo && f.delay != Faults::Delay::constant; },
              [](Faults& f) { f.fifo = true; }},
    FaultKind{"delays", [](const Faults& f) { return f.delay != Faults::Delay::constant; },
              [](Faults& f) { f.delay = Faults::Delay::constant; }}};

/// What really happened in a run.
struct Happened {
  std::int64_t lost = 0, duplicated = 0, cut = 0, overtaken = 0;  ///< messages
  std::int64_t cut_for_ever = 0;                                  ///< messages, by pairs that never heal
  std::int64_t partitions = 0, crashes = 0, crashes_while_sending = 0, amnesias = 0, restarts = 0, pauses = 0;
  std::int64_t exclusions = 0;                            ///< of crashed ranks, by configurations
  std::array<std::int64_t, kTreasons.size()> treasons{};  ///< [Treason]: how often a traitor did it

  /// Whether every message arrived once and in order, and every rank was there all the time.
  [[nodiscard]] bool is_nothing() const {
    return lost + duplicated + cut + cut_for_ever + overtaken + partitions + crashes + restarts + pauses + betrayed() == 0;
  }
  [[nodiscard]] std::int64_t betrayed() const { return std::accumulate(treasons.begin(), treasons.end(), std::int64_t{0}); }
  Happened& operator+=(const Happened& other) {
    lost += other.lost, duplicated += other.duplicated, cut += other.cut, overtaken += other.overtaken;
    cut_for_ever += other.cut_for_ever;
    partitions += other.partitions, crashes += other.crashes, crashes_while_sending += other.crashes_while_sending;
    amnesias += other.amnesias, restarts += other.restarts, pauses += other.pauses;
    exclusions += other.exclusions;
    for (std::size_t i = 0; i < treasons.size(); ++i) treasons[i] += other.treasons[i];
    return *this;
  }
};

inline Faults Faults::swarm(Random& random, Time hop_ns) {
  Faults faults{.seed = random.next()};
  faults.delay_least_ns = random.between<Time>(1, hop_ns);
  faults.delay_most_ns = faults.delay_least_ns + hop_ns;
  faults.fifo = true;
  faults.heals_at_ns = hop_ns * random.between<Time>(50, 500);
  if (random.below(8) == 0) return faults;
  const auto on = [&random] { return random.below(2) == 0; };
  faults.delay = static_cast<Delay>(random.below(4));
  if (on()) faults.delay_most_ns = hop_ns * random.between<Time>(2, 40);
  faults.fifo = on();
  if (on()) faults.loss = 0.3 * random.uniform();
  if (on()) faults.duplication = 0.3 * random.uniform();
  const auto every = [&] { return hop_ns * random.between<Time>(10, 200); };
  const auto lasts = [&] { return hop_ns * random.between<Time>(2, 80); };
  if (on()) faults.partition_every_ns = every(), faults.partition_lasts_ns = lasts();
  if (on()) faults.crash_every_ns = every(), faults.crash_lasts_ns = lasts();
  if (on()) faults.amnesia = random.uniform();
  if (on()) faults.pause_every_ns = every(), faults.pause_lasts_ns = lasts();
  if (on()) faults.drift_per_million = random.between(1, 300'000);
  return faults;
}

}  // namespace coordbench::testing
