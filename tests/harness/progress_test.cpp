// The progress line, and who gets to see it: terminals of the test's own, pipes, and mpirun in between.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "harness/results/progress.hpp"

namespace coordbench::harness_progress_test {
namespace {

constexpr Time kSecond = 1'000'000'000;

TEST(ProgressLine, ShowsNumberNameAndTimeLeft) {
  EXPECT_EQ(progress_line(41, 120, "two_phase_commit/n2/b8/mpi/round-time", 80 * kSecond, 99),
            "[ 42/120] two_phase_commit/n2/b8/mpi/round-time   1 min 20 s left");
  EXPECT_EQ(progress_line(0, 9, "empty/n1", -1, 99), "[1/9] empty/n1");
  EXPECT_EQ(progress_line(8, 9, "empty/n1", 59 * kSecond, 99), "[9/9] empty/n1   59 s left");
  EXPECT_EQ(progress_line(8, 9, "empty/n1", 1, 99), "[9/9] empty/n1   1 s left");
  EXPECT_EQ(progress_line(8, 9, "empty/n1", 3720 * kSecond, 99), "[9/9] empty/n1   1 h 2 min left");
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

TEST(ProgressLine, IsNeverWiderThanItMayBe) {
  const std::string name = "two_phase_commit/n2/b8/mpi/round-time";
  for (std::size_t width = 0; width < 80; ++width)
    EXPECT_LE(characters(progress_line(41, 120, name, 80 * kSecond, width)), width) << width;
  EXPECT_EQ(progress_line(41, 120, name, 80 * kSecond, 45), "[ 42/120] two_phase_commit…   1 min 20 s left");
  EXPECT_EQ(progress_line(41, 120, name, 80 * kSecond, 30), "[ 42/120] two_phase_commit/n2…") << "too narrow for the time left";
}

enum class Launcher { none, mpirun };

/// What `Progress` writes in a process whose standard error is `stderr_file`; it is read back from `reader`.
std::string written_by_progress(int stderr_file, int reader, Launcher launcher = Launcher::none) {
  const pid_t child = fork();
  if (child == 0) {
    dup2(stderr_file, STDERR_FILENO);
    launcher == Launcher::mpirun ? setenv("OMPI_COMM_WORLD_RANK", "0", 1) : unsetenv("OMPI_COMM_WORLD_RANK");
    {
      Progress progress(2);
      progress.show(0, "ping_pong/n2/b8/mpi/round-time");
      progress.show(1, "empty/n1/b0/mpi/round-time");
    }
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  close(stderr_file);
  std::string text(4096, '\0');
  const ssize_t count = read(reader, text.data(), text.size());
  close(reader);
  return text.substr(0, count > 0 ? static_cast<std::size_t>(count) : 0);
}

/// A pseudo-terminal of 20 columns.
struct Terminal {
  Terminal() {
    const winsize narrow{.ws_row = 24, .ws_col = 20, .ws_xpixel = 0, .ws_ypixel = 0};
    if (openpty(&master, &slave, nullptr, nullptr, &narrow) != 0) throw std::runtime_error("no pseudo-terminal");
  }
  int master = -1, slave = -1;
};

/// While it lives, this process's own standard error goes elsewhere.
class Stderr {
 public:
  explicit Stderr(int file) : saved_(dup(STDERR_FILENO)) { dup2(file, STDERR_FILENO); }
  ~Stderr() {
    dup2(saved_, STDERR_FILENO);
    close(saved_);
  }
  Stderr(const Stderr&) = delete;
  Stderr& operator=(const Stderr&) = delete;

 private:
  int saved_;
};

constexpr const char* kRewritten = "\r[1/2] ping_pong/n2…\x1b[K\r[2/2] empty/n1/b0/…\x1b[K\r\x1b[K";

TEST(Progress, RewritesOneLineOfATerminalAndWipesIt) {
  const Terminal terminal;
  EXPECT_EQ(written_by_progress(terminal.slave, terminal.master), kRewritten);
}

/// mpirun gives its ranks pipes and copies what comes out of them; this process plays mpirun.
TEST(Progress, GoesByTheLaunchersStandardErrorBehindItsPipe) {
  const Terminal terminal;
  int ends[2];
  {
    const Stderr on_terminal(terminal.slave);
    ASSERT_EQ(pipe(ends), 0);
    EXPECT_EQ(written_by_progress(ends[1], ends[0], Launcher::mpirun), kRewritten);
    ASSERT_EQ(pipe(ends), 0);
    EXPECT_EQ(written_by_progress(ends[1], ends[0]), "") << "a pipe of the user's own, from a shell on a terminal";
    const int file = memfd_create("stderr", 0);
    const int reader = open(("/proc/self/fd/" + std::to_string(file)).c_str(), O_RDONLY);
    EXPECT_EQ(written_by_progress(file, reader, Launcher::mpirun), "") << "redirected between mpirun and the rank";
  }
  ASSERT_EQ(pipe(ends), 0);
  const int log = open("/dev/null", O_WRONLY);
  const Stderr redirected(log);
  close(log);
  EXPECT_EQ(written_by_progress(ends[1], ends[0], Launcher::mpirun), "") << "mpirun's standard error was redirected";
  close(terminal.slave);
  close(terminal.master);
}

}  // namespace
}  // namespace coordbench::harness_progress_test
