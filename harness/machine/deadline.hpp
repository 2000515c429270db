#pragma once
// The bound on every loop that waits.

#include <stdexcept>
#include <string>

#include "harness/machine/clock.hpp"

namespace coordbench {

/// A wait that outlived its case's deadline; `what()` says for what this rank was waiting.
class TimedOut : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Counts the fruitless turns of a spinning wait and looks at the clock only every so often, so that a wait that
/// succeeds soon never pays for its bound.
class Deadline {
 public:
  explicit Deadline(Time at = kNever) : at_(at) {}
  [[nodiscard]] bool passed() { return (++turns_ & kMask) == 0 && now_ns() > at_; }
  [[nodiscard]] Time at() const { return at_; }

 private:
  static constexpr unsigned kMask = 1023;
  Time at_;
  unsigned turns_ = 0;
};

}  // namespace coordbench
