#pragma once
// SIGINT, SIGTERM and SIGHUP end the launch at once, unless they were ignored when it started. Every finished case is already
// on disk. Rank 0 says how to go on, prints the table of the finished cases, and ends. mpirun kills it
// 200 ms after the signal. SIGUSR1, which mpirun passes on, lets the case under way finish: how a scheduler announces the end.

#include <array>
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace coordbench {

inline constexpr int kEndAsked = 128 + SIGUSR1;  ///< the status of a launch that SIGUSR1 ended

/// From now on a signal ends this process with status 128 + signal; if `speaks` it first says so, in one sentence, and lets
/// LastWords speak. SIGUSR1 is only noted.
void end_on_signals(bool speaks);
/// Whether SIGUSR1 has come.
bool is_end_asked();
/// From now on signals are ignored: some launchers signal the other ranks when the first one leaves.
void leave_with(int status);
/// Deletes the hidden files registered by `name_results`; for exits without unwinding.
void remove_leftovers();
/// The file that the sentence names, what lies beside it until the launch ends, to be taken away, and the command that measures
/// the cases that are lacking; empty: the sentence names none.
void name_results(const std::filesystem::path& published, const std::vector<std::filesystem::path>& hidden,
                  const std::string& how_to_go_on);

/// While this lives, `speak` runs behind the sentence, in a thread that sleeps until then: a handler may not allocate, and what
/// is to be said depends on all cases so far. Of one process one at a time.
class LastWords {
 public:
  explicit LastWords(std::function<void()> speak);
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;
  ~LastWords();

 private:
  void await_signal() const;

  std::function<void()> speak_;
  std::array<int, 2> pipe_{-1, -1};
  std::thread thread_;
};

}  // namespace coordbench
