#pragma once
// What the environment tells of the launcher of this process. If the MPI library does not know that launcher, each process
// believes that it is alone.

#include <functional>
#include <string>

namespace coordbench {

struct Launcher {
  std::string variable{};  ///< the variable that tells how many processes were started, "NAME=VALUE"; empty if there is none
  int processes = 1;
  int number = 0;  ///< of this process, from 0
};

/// `value_of(name)` is a variable's value or null, as std::getenv has it. Read before MPI_Init, which may set some. Pure.
Launcher launcher_in(const std::function<const char*(const char*)>& value_of);

/// Why a world of one rank must not measure, with what to do; empty if nothing is wrong. Pure.
std::string foreign_launcher(const Launcher& launcher, const std::string& mpi_library);

}  // namespace coordbench
