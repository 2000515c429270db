#pragma once
// One simulated disaster, completely: who takes part, what is asked, what fails, until when. Drawn from a seed.

#include "tests/support/faults.hpp"

namespace coordbench::testing {

inline constexpr Time kHop = 200;  ///< ns, a usual delay; what a protocol's time-outs are chosen against

struct Schedule {
  Shape shape{};
  Faults faults{};
  std::int64_t operations = 1;
  Time think_ns = kHop;      ///< between two looks of the user, who proposes what the window admits; between two rounds
  Time ends_at_ns = kNever;  ///< what must happen in the end has happened by now; kNever: when nothing is left to happen
};

/// Sets a parameter by name; throws std::out_of_range for one that the kernel does not have.
inline void set(Shape& shape, std::string_view name, std::int64_t value) {
  static_cast<void>(shape[name]);
  for (std::size_t i = 0; i < shape.parameters.size(); ++i)
    if (shape.parameters[i].name == name) shape.values[i] = value;
}

/// The schedule of a seed. N goes round 3, 4, 5, 7; the rest is the swarm's, and then the protocol's: Safety::draw gives its
/// parameters and takes back the faults that it does not claim to survive.
template <class Safety>
Schedule draw(std::uint64_t seed) {
  static constexpr std::array kRanks{3, 4, 5, 7};
  Random random(seed);
  Schedule schedule{.shape = {.ranks = kRanks[seed % kRanks.size()],
                              .payload_bytes = 8 * random.between<std::int64_t>(1, 4),
                              .seed = seed,
                              .parameters = Safety::Protocol::parameters}};
  for (std::size_t i = 0; i < schedule.shape.parameters.size(); ++i)
    schedule.shape.values[i] = schedule.shape.parameters[i].initial;
  schedule.faults = Faults::swarm(random, kHop);
  schedule.operations = random.between<std::int64_t>(1, 8);
  schedule.think_ns = kHop * random.between<Time>(1, 20);
  schedule.ends_at_ns = schedule.faults.heals_at_ns + 2000 * kHop;
  Safety::draw(schedule, random);
  return schedule;
}

}  // namespace coordbench::testing
