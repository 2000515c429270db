#pragma once
// Which mutant of a protocol is in force, in a program that holds all of them: see mutant_schema.py, which includes this header
// in what it changes.

#include <cstdlib>
#include <type_traits>

namespace coordbench::testing {

/// The number in COORDBENCH_MUTANT; without it 0, the protocol as it is.
inline const int mutant_in_force = [] {
  const char* number = std::getenv("COORDBENCH_MUTANT");
  return number ? std::atoi(number) : 0;
}();

/// What is computed when the program is compiled is computed by the protocol as it is.
constexpr bool is_mutant(int number) { return !std::is_constant_evaluated() && number == mutant_in_force; }

}  // namespace coordbench::testing
