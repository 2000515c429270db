#pragma once
// What the launcher of this process says of itself in the environment. Where it starts processes that the MPI library does not
// know of, each believes that it is alone.

#include <functional>
#include <string>

namespace coordbench {

struct Launcher {
  std::string variable{};  ///< that says how many processes were started, as it stands in the environment; empty if none does
  int processes = 1;
  int number = 0;  ///< of this process, from 0
};

/// `value_of(name)` is a variable's value or null, as std::getenv has it. Read before MPI_Init, which may set some. Pure.
Launcher launcher_in(const std::function<const char*(const char*)>& value_of);

/// Why a world of one rank must not measure, with what to do; empty if nothing is wrong. Pure.
std::string foreign_launcher(const Launcher& launcher, const std::string& mpi_library);

}  // namespace coordbench
