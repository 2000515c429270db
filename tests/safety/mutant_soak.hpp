#pragma once
// The program that holds all mutants of one protocol: as coordbench-soak, but for one protocol, and brief about what it finds.

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing {

/// Tells the names of the protocol's invariants.
inline int tell_invariants(const Subject& subject) {
  for (const std::string_view sentence : subject.sentences) std::puts(std::string(sentence).c_str());
  return 0;
}

/// Runs so many schedules of the mutant in force, from `first` on, until one is violated; tells which invariant, and what was
/// said before.
inline int soak_mutant(const Subject& subject, std::uint64_t schedules, std::uint64_t first) {
  for (std::uint64_t seed = first; seed < first + schedules; ++seed) {
    const Outcome outcome = subject.run(subject.draw(seed), false);
    if (outcome.violated.empty()) continue;
    const Outcome told = subject.run(subject.draw(seed), true);
    std::printf("violated: %s\nseed %llu\n%s%s", std::string(outcome.violated).c_str(), static_cast<unsigned long long>(seed),
                outcome.what.c_str(), told.conversation.c_str());
    return 1;
  }
  return 0;
}

/// `words`: the number of schedules and the first of them, or none to be told the invariants.
inline int run_mutant(const Subject& subject, int count, char** words) {
  if (count < 3) return tell_invariants(subject);
  return soak_mutant(subject, std::strtoull(words[1], nullptr, 10), std::strtoull(words[2], nullptr, 10));
}

}  // namespace coordbench::testing
