#include "harness/results/terminal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "harness/options/units.hpp"

namespace coordbench {
namespace {

constexpr std::size_t kUsualColumns = 80;

std::size_t told_columns(int terminal) {
  winsize size{};
  return ioctl(terminal, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/// What Open MPI connects a rank to and copies to its own output: a pipe, or a pseudo-terminal that has no size.
bool is_forwarded(int stream) {
  struct stat status {};
  if (std::getenv("OMPI_COMM_WORLD_RANK") == nullptr || fstat(stream, &status) != 0) return false;
  return S_ISFIFO(status.st_mode) || (isatty(stream) && told_columns(stream) == 0);
}

}  // namespace

int open_terminal(int stream) {
  if (!is_forwarded(stream)) return isatty(stream) ? fcntl(stream, F_DUPFD_CLOEXEC, 0) : -1;
  const int terminal =
      open(fmt::format("/proc/{}/fd/{}", getppid(), stream).c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (terminal < 0 || isatty(terminal)) return terminal;
  close(terminal);
  return -1;
}

std::size_t columns_of(int terminal) {
  const std::size_t told = told_columns(terminal);
  return told == 0 ? kUsualColumns : told;
}

std::size_t output_columns() {
  std::size_t columns = SIZE_MAX;
  if (const int terminal = open_terminal(STDOUT_FILENO); terminal >= 0) {
    columns = columns_of(terminal);
    close(terminal);
  } else if (const char* given = std::getenv("COLUMNS")) {
    if (const auto wanted = parse_whole(given); wanted && *wanted > 0) columns = static_cast<std::size_t>(*wanted);
  }
  return std::max(columns, kUsualColumns);
}

}  // namespace coordbench
