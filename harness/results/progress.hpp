#pragma once
// What a launch tells people at their terminal while it runs.

#include <cstddef>
#include <string>
#include <string_view>

#include "harness/description.hpp"

namespace coordbench {

/// One line on the terminal, rewritten in place: which case runs, and how long the rest will take if it goes on like this.
/// Silent where standard error does not end at a terminal; wiped when this goes out of scope.
class Progress {
 public:
  explicit Progress(std::size_t cases);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// Case `index`, from 0, is about to run.
  void show(std::size_t index, std::string_view name);
  /// Takes the line away, so that something else can be written; the next `show` brings it back.
  void wipe();

 private:
  std::size_t cases_;
  Time began_;
  int terminal_;  ///< to ask for its width; -1: silent
  bool shown_ = false;
};

/// "[ 42/120] name   1 min 20 s left", at most `width` columns: the name gives way first. `left_ns` below 0: not known yet.
std::string progress_line(std::size_t index, std::size_t cases, std::string_view name, Time left_ns, std::size_t width);

}  // namespace coordbench
