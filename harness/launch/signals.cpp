#include "harness/launch/signals.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

namespace coordbench {
namespace {

// Written before any signal can come, read in the handler: plain static memory, because a handler may not allocate.
char sentence[4352] = "coordbench: interrupted before the first case; nothing was measured.\n";
bool may_speak = false;
int final_status = -1;
volatile std::sig_atomic_t end_asked = 0;
std::array<std::array<char, 4096>, 4> leftovers{};

}  // namespace

void remove_leftovers() {
  for (const auto& path : leftovers) unlink(path.data());  // the published file is whole without them
}

namespace {

extern "C" void on_signal(int signal) {
  if (may_speak) {
    const ssize_t ignored = write(STDERR_FILENO, sentence, std::strlen(sentence));
    static_cast<void>(ignored);
    remove_leftovers();
  }
  _exit(final_status >= 0 ? final_status : 128 + signal);
}

extern "C" void on_announcement(int /*signal*/) { end_asked = 1; }

}  // namespace

void end_on_signals(bool speaks) {
  may_speak = speaks;
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = on_announcement;
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);  // a closed pipe is an error to report, not a death
  sigaction(SIGXFSZ, &action, nullptr);  // and so is a limit on the size of files
}

bool is_end_asked() { return end_asked != 0; }

void leave_with(int status) {
  may_speak = false;
  final_status = status;
}

void name_results(const std::filesystem::path& published, const std::vector<std::filesystem::path>& hidden) {
  const std::string text = "coordbench: interrupted; finished cases are in " + published.string() + "\n";
  std::strncpy(sentence, text.c_str(), sizeof sentence - 1);
  for (std::size_t i = 0; i < std::min(hidden.size(), leftovers.size()); ++i)
    std::strncpy(leftovers[i].data(), hidden[i].c_str(), leftovers[i].size() - 1);
}

}  // namespace coordbench
