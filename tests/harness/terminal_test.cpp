// How wide a table may be: terminals of the test's own, pipes, files, and mpirun in between.

#include "harness/results/terminal.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>

namespace coordbench::terminal_test {
namespace {

struct Terminal {
  explicit Terminal(unsigned short columns) {
    const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    if (openpty(&master, &slave, nullptr, nullptr, &size) != 0) throw std::runtime_error("no pseudo-terminal");
  }
  ~Terminal() {
    close(master);
    close(slave);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  int master = -1, slave = -1;
};

enum class Launcher { none, mpirun };

/// output_columns() of a process with this standard output, whose parent has the other one.
std::size_t columns_seen(int output, int output_of_parent, Launcher launcher, const char* columns = nullptr) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t parent = fork();
  if (parent == 0) {
    dup2(output_of_parent, STDOUT_FILENO);
    const pid_t rank = fork();
    if (rank == 0) {
      dup2(output, STDOUT_FILENO);
      launcher == Launcher::mpirun ? setenv("OMPI_COMM_WORLD_RANK", "0", 1) : unsetenv("OMPI_COMM_WORLD_RANK");
      columns != nullptr ? setenv("COLUMNS", columns, 1) : unsetenv("COLUMNS");
      const std::size_t seen = output_columns();
      _exit(write(ends[1], &seen, sizeof seen) == sizeof seen ? 0 : 1);
    }
    waitpid(rank, nullptr, 0);
    _exit(0);
  }
  waitpid(parent, nullptr, 0);
  std::size_t seen = 0;
  const bool told = read(ends[0], &seen, sizeof seen) == sizeof seen;
  close(ends[0]);
  close(ends[1]);
  return told ? seen : 0;
}

TEST(OutputColumns, AreThoseOfTheTerminalButNeverBelow80) {
  const Terminal wide(132), narrow(40), silent(0);
  EXPECT_EQ(columns_seen(wide.slave, wide.slave, Launcher::none), 132U);
  EXPECT_EQ(columns_seen(wide.slave, wide.slave, Launcher::none, "100"), 132U) << "a window that was made wider";
  EXPECT_EQ(columns_seen(narrow.slave, wide.slave, Launcher::none), 80U);
  EXPECT_EQ(columns_seen(silent.slave, wide.slave, Launcher::none), 80U);
}

TEST(OutputColumns, UnderMpirunAreThoseOfItsTerminal) {
  const Terminal wide(132), without_size(0);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  for (const int forwarded : {without_size.slave, ends[1]}) {
    EXPECT_EQ(columns_seen(forwarded, wide.slave, Launcher::mpirun), 132U);
    EXPECT_EQ(columns_seen(forwarded, ends[1], Launcher::mpirun), SIZE_MAX) << "mpirun's own output was redirected";
    EXPECT_EQ(columns_seen(forwarded, ends[1], Launcher::mpirun, "100"), 100U);
  }
  EXPECT_EQ(columns_seen(ends[1], wide.slave, Launcher::none), SIZE_MAX) << "a pipe of the user's own";
  close(ends[0]);
  close(ends[1]);
}

TEST(OutputColumns, OfAFileAreWhatCOLUMNSSaysOrNoLimit) {
  const Terminal wide(132);
  const int file = open("/dev/null", O_WRONLY);
  EXPECT_EQ(columns_seen(file, wide.slave, Launcher::none), SIZE_MAX);
  EXPECT_EQ(columns_seen(file, wide.slave, Launcher::mpirun), SIZE_MAX);
  EXPECT_EQ(columns_seen(file, wide.slave, Launcher::none, "120"), 120U);
  EXPECT_EQ(columns_seen(file, wide.slave, Launcher::none, "20"), 80U);
  for (const char* nonsense : {"", "0", "-5", "wide"})
    EXPECT_EQ(columns_seen(file, wide.slave, Launcher::none, nonsense), SIZE_MAX);
  close(file);
}

}  // namespace
}  // namespace coordbench::terminal_test
