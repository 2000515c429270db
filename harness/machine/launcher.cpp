#include "harness/machine/launcher.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstring>
#include <optional>

namespace coordbench {
namespace {

/// Of Open MPI, of MPICH and Intel MPI over the world, and of the latter on a node.
constexpr std::array kOfMpi = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS"};
/// srun's step goes before the job: one task of a larger job may be all that was wanted, and a batch script is one.
constexpr std::array kOfSlurm = {"SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"};
constexpr std::array kNumbers = {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "MPI_LOCALRANKID", "SLURM_PROCID"};

std::optional<int> number_in(const char* text) {
  int number = 0;
  if (!text || std::from_chars(text, text + std::strlen(text), number).ec != std::errc()) return std::nullopt;
  return number;
}

}  // namespace

Launcher launcher_in(const std::function<const char*(const char*)>& value_of) {
  Launcher launcher;
  for (const char* name : kNumbers)
    if (const auto number = number_in(value_of(name)); number && launcher.number == 0) launcher.number = *number;
  const auto take = [&](const char* name, int processes) {
    launcher.variable = fmt::format("{}={}", name, value_of(name));
    launcher.processes = processes;
  };
  bool is_known = false;
  for (const char* name : kOfMpi) {
    const auto processes = number_in(value_of(name));
    if (!processes) continue;
    if (*processes > 1) return take(name, *processes), launcher;
    is_known = is_known || name != kOfMpi.back();  // one on this node says nothing of the others
  }
  if (is_known) return launcher;
  if (const auto number = number_in(value_of("PMIX_RANK")); number && *number > 0)
    return take("PMIX_RANK", *number + 1), launcher;
  for (const char* name : kOfSlurm)
    if (const auto processes = number_in(value_of(name))) {
      if (*processes > 1) take(name, *processes);
      return launcher;
    }
  return launcher;
}

std::string foreign_launcher(const Launcher& launcher, const std::string& mpi_library) {
  if (launcher.processes <= 1) return "";
  return fmt::format(
      "{} tells of {} processes or more, but MPI knows of this one only, and each would measure a launch of its own; "
      "start them with the launcher of the library that coordbench is built with ({}), such as mpirun -n {}, or one alone "
      "with mpirun -n 1",
      launcher.variable, launcher.processes, mpi_library.substr(0, mpi_library.find(',')), launcher.processes);
}

}  // namespace coordbench
