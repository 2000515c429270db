#pragma once
// One simulated disaster, completely: who takes part, what is asked, what fails, until when. Drawn from a seed.

#include <algorithm>
#include <stdexcept>
#include <string>

#include "harness/protocol_traits.hpp"
#include "tests/support/faults.hpp"

namespace coordbench::testing {

inline constexpr Time kHop = 200;  ///< ns, a usual delay; what a protocol's time-outs are chosen against

struct Schedule {
  Shape shape{};
  Faults faults{};
  std::int64_t operations = 1;
  Time think_ns = kHop;      ///< between two looks of the user, who proposes what the window admits; between two rounds
  Time ends_at_ns = kNever;  ///< what must happen in the end has happened by now; kNever: when nothing is left to happen
  Primitives primitives = Primitives::fast;  ///< of `shape.authentication`; real ones are slow
  int redrawn = 0;                           ///< draws before this one that the kernel called unfit
};

inline constexpr int kRanksMost = 8;      ///< drawn: 1 to so many servers
inline constexpr int kInFlightMost = 16;  ///< drawn: windows of 1 to so many operations

/// Sets a parameter by name; throws std::out_of_range for one that the kernel does not have, and for a value that a user may
/// not give it.
inline void set(Shape& shape, std::string_view name, std::int64_t value) {
  static_cast<void>(shape[name]);
  for (std::size_t i = 0; i < shape.parameters.size(); ++i) {
    const Parameter& parameter = shape.parameters[i];
    if (parameter.name != name) continue;
    if (value < parameter.lowest || value > parameter.highest)
      throw std::out_of_range(std::string(name) + " may not be " + std::to_string(value));
    shape.values[i] = value;
  }
}

/// A window: often 1, where nothing overlaps, else any length.
inline int draw_window(Random& random) { return random.below(3) == 0 ? 1 : random.between(1, kInFlightMost); }

/// Why a kernel does not take the shape; empty if it does.
template <class Protocol>
std::string unfit_of(const Shape& shape) {
  if constexpr (requires { Protocol::unfit(shape); })
    return Protocol::unfit(shape);
  else
    return "";
}

/// For protocols whose time-outs are off: then nothing may be lost, as over MPI. What arrives twice is as bad as before.
inline void lose_nothing(Schedule& schedule) {
  Faults& faults = schedule.faults;
  faults.loss = 0;
  faults.crash_every_ns = faults.crash_lasts_ns = 0;
  faults.partition_every_ns = faults.partition_lasts_ns = 0;
}

/// Pairs that stay cut: of a minority of the servers, drawn here, each pair with another server loses what goes one way, or the
/// other, or both. A majority still talks among themselves, and with every client. The first `spared` servers are in it.
inline void cut_a_minority_for_ever(Schedule& schedule, Random& random, int spared = 0) {
  const int ranks = schedule.shape.ranks, most = std::min((ranks - 1) / 2, ranks - spared);
  if (most < 1) return;  // of one server or two the majority is all, and of a majority nobody is cut off
  const int lost = random.between(1, most);
  const Rank first = spared + random.below(ranks - spared);
  const int style = random.below(4);
  if (random.below(2) == 0) schedule.faults.for_ever_from_ns = random.below(schedule.faults.heals_at_ns);
  for (int i = 0; i < lost; ++i) {
    const Rank victim = spared + (first - spared + i) % (ranks - spared);
    for (Rank other = 0; other < ranks; ++other) {
      if (other == victim) continue;
      if (style == 0 || (style == 2 && random.below(2) == 0)) schedule.faults.cut_for_ever(other, victim);  // deaf
      if (style == 1 || (style == 2 && random.below(2) == 0)) schedule.faults.cut_for_ever(victim, other);  // mute
      if (style == 3) schedule.faults.cut_for_ever(victim, other), schedule.faults.cut_for_ever(other, victim);
    }
  }
}

/// Whether replicas copy, where a protocol leaves it to the case.
inline void draw_replicate(Shape& shape) {
  for (std::size_t i = 0; i < shape.parameters.size(); ++i)
    if (shape.parameters[i].name == "replicate") shape.values[i] = static_cast<std::int64_t>(shape.seed / kRanksMost % 2);
}

/// The schedule of a seed. N goes round 1 to 8; the rest is the swarm's, and then the protocol's: Safety::draw gives its
/// parameters and takes back the faults that it does not claim to survive. What the kernel calls unfit is drawn again, from a
/// number that follows, and the soak says how often.
template <class Safety>
Schedule draw(std::uint64_t seed) {
  Random random(seed);
  for (int redrawn = 0;; ++redrawn) {
    Schedule schedule{.shape = {.ranks = 1 + static_cast<int>(seed % kRanksMost),
                                .payload_bytes = 8 * random.between<std::int64_t>(0, 4),
                                .seed = seed,
                                .parameters = parameters_of<typename Safety::Protocol>()}};
    for (std::size_t i = 0; i < schedule.shape.parameters.size(); ++i)
      schedule.shape.values[i] = schedule.shape.parameters[i].initial;
    schedule.faults = Faults::swarm(random, kHop);
    schedule.operations = random.between<std::int64_t>(1, 8);
    schedule.think_ns = kHop * random.between<Time>(1, 20);
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 2000 * kHop;
    schedule.redrawn = redrawn;
    draw_replicate(schedule.shape);
    Safety::draw(schedule, random);
    if (unfit_of<typename Safety::Protocol>(schedule.shape).empty()) return schedule;
  }
}

}  // namespace coordbench::testing
