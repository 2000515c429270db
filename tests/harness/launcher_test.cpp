// What launchers say in the environment of how many processes they started, believed or not.

#include "harness/machine/launcher.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace coordbench::launcher_test {
namespace {

using Environment = std::map<std::string, std::string>;

Launcher launcher(const Environment& environment) {
  return launcher_in([&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
}

TEST(Launcher, OfSeveralProcessesIsKnownByAnyOfItsVariables) {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS", "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"}) {
    const Launcher found = launcher({{name, "4"}});
    EXPECT_EQ(found.processes, 4) << name;
    EXPECT_EQ(found.variable, std::string(name) + "=4");
  }
  EXPECT_EQ(launcher({{"MPI_LOCALNRANKS", "1"}, {"PMI_SIZE", "2"}}).processes, 2) << "one on each of two nodes";
  EXPECT_EQ(launcher({{"PMIX_RANK", "3"}}).processes, 4) << "there are three before it";
}

TEST(Launcher, OfOneIsBelievedInsideALargerJob) {
  EXPECT_EQ(launcher({{"OMPI_COMM_WORLD_SIZE", "1"}, {"SLURM_NTASKS", "4"}}).processes, 1) << "mpirun -n 1 in a batch script";
  EXPECT_EQ(launcher({{"SLURM_STEP_NUM_TASKS", "1"}, {"SLURM_NTASKS", "4"}}).processes, 1) << "srun -n 1 in a batch script";
  EXPECT_EQ(launcher({}).processes, 1);
  EXPECT_EQ(launcher({{"SLURM_NTASKS", "many"}, {"PMIX_RANK", "0"}}).processes, 1);
}

TEST(Launcher, NumbersItsProcesses) {
  EXPECT_EQ(launcher({{"PMI_RANK", "3"}}).number, 3);
  EXPECT_EQ(launcher({{"SLURM_PROCID", "0"}}).number, 0);
  EXPECT_EQ(launcher({}).number, 0);
}

TEST(Launcher, IsRefusedInASentenceThatSaysWhatToDo) {
  EXPECT_EQ(foreign_launcher(launcher({}), "Open MPI v4.1.4, package: here"), "");
  EXPECT_EQ(
      foreign_launcher(launcher({{"PMI_SIZE", "3"}}), "Open MPI v4.1.4, package: here"),
      "PMI_SIZE=3 tells of 3 processes or more, but MPI knows of this one only, and each would measure a launch of its own; "
      "start them with the launcher of the library that coordbench is built with (Open MPI v4.1.4), such as mpirun -n 3, or "
      "one alone with mpirun -n 1");
}

}  // namespace
}  // namespace coordbench::launcher_test
