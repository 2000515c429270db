#include "harness/launch/signals.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

namespace coordbench {
namespace {

// Written before any signal can come, read in the handler: plain static memory, because a handler may not allocate.
char sentence[12'544] = "coordbench: interrupted before the first case; nothing was measured.\n";
bool may_speak = false;
int final_status = -1;
volatile std::sig_atomic_t end_asked = 0;
volatile std::sig_atomic_t ending = 0;     // a signal that ends the launch has come
volatile std::sig_atomic_t listener = -1;  // where the thread of LastWords hears which one
std::array<std::array<char, 4096>, 4> leftovers{};

}  // namespace

void remove_leftovers() {
  for (const auto& path : leftovers) unlink(path.data());  // the published file is whole without them
}

namespace {

[[noreturn]] void leave(int signal) {
  if (may_speak) remove_leftovers();
  _exit(final_status >= 0 ? final_status : 128 + signal);
}

/// A second signal ends the process at once: the first one's sentence has been printed, and it does not wait for LastWords.
extern "C" void on_signal(int signal) {
  const int error = errno;
  if (!may_speak || ending != 0) leave(signal);
  ending = 1;
  const ssize_t ignored = write(STDERR_FILENO, sentence, std::strlen(sentence));
  static_cast<void>(ignored);
  const char number = static_cast<char>(signal);
  if (listener < 0 || write(listener, &number, 1) != 1) leave(signal);
  errno = error;
}

/// Whether the signal was ignored already when this process started, as behind nohup or in the background of a shell.
bool is_ignored(int signal) {
  struct sigaction before {};
  sigaction(signal, nullptr, &before);
  return before.sa_handler == SIG_IGN;
}

extern "C" void on_announcement(int /*signal*/) { end_asked = 1; }

}  // namespace

void end_on_signals(bool speaks) {
  may_speak = speaks;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGHUP, SIGINT, SIGTERM})
    if (!is_ignored(signal)) sigaction(signal, &action, nullptr);
  action.sa_handler = on_announcement;
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

void name_results(const std::filesystem::path& published, const std::vector<std::filesystem::path>& hidden,
                  const std::string& how_to_go_on) {
  std::string text = "coordbench: interrupted; finished cases are in " + published.string();
  if (!how_to_go_on.empty()) text += "; the others are measured by: " + how_to_go_on;
  text += "\n";
  std::strncpy(sentence, text.c_str(), sizeof sentence - 1);
  for (std::size_t i = 0; i < std::min(hidden.size(), leftovers.size()); ++i)
    std::strncpy(leftovers[i].data(), hidden[i].c_str(), leftovers[i].size() - 1);
}

LastWords::LastWords(std::function<void()> speak) : speak_(std::move(speak)) {
  if (pipe(pipe_.data()) != 0) return;
  try {
    thread_ = std::thread([this] { await_signal(); });
    listener = pipe_[1];
  } catch (const std::system_error&) {  // no thread to be had: the launch ends without last words
  }
}

LastWords::~LastWords() {
  listener = -1;
  const char over = 0;
  if (thread_.joinable() && write(pipe_[1], &over, 1) == 1) thread_.join();
  for (const int end : pipe_)
    if (end >= 0) close(end);
}

void LastWords::await_signal() const {
  char signal = 0;
  while (read(pipe_[0], &signal, 1) < 0 && errno == EINTR) {
  }
  if (signal == 0) return;
  try {
    speak_();
  } catch (const std::exception&) {  // what cannot be said is left unsaid
  }
  leave(signal);
}

}  // namespace coordbench
