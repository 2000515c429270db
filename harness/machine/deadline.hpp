#pragma once
// The bound on every loop that waits.

#include <stdexcept>
#include <string>

#include "harness/description.hpp"
#include "harness/machine/clock.hpp"

namespace coordbench {

/// A wait that outlived its case's deadline; `what()` says what this rank was waiting for.
class TimedOut : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Another rank has failed, so this one has given up the case.
class Abandoned : public std::runtime_error {
 public:
  explicit Abandoned(Rank failed) : std::runtime_error("rank " + std::to_string(failed) + " had failed") {}
};

/// Ends waits before their deadline when another rank has failed.
class Interruption {
 public:
  Interruption() = default;
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  /// The rank that has failed; -1 if none has.
  virtual Rank failed() = 0;

 protected:
  ~Interruption() = default;
};

/// Counts the fruitless turns of a spinning wait and looks at the clock, and for an interruption, only every so often, so that
/// a wait that succeeds soon never pays for its bound.
class Deadline {
 public:
  /// `yields`: each turn lets other ranks run. Turns are long then, so the clock is looked at every few turns.
  Deadline(Time at = kNever, Interruption* interruption = nullptr, bool yields = false)  // an instant is a deadline
      : at_(at), interruption_(interruption), mask_(yields ? 15 : 1023) {}
  /// True if the wait is to end, and `give_up` to be called.
  [[nodiscard]] bool passed() { return (++turns_ & mask_) == 0 && is_over(); }
  /// Throws Abandoned if another rank has failed, else TimedOut with what this rank was `waiting` for.
  [[noreturn]] [[gnu::cold]] void give_up(const std::string& waiting) const {
    if (failed_ >= 0) throw Abandoned(failed_);
    throw TimedOut(waiting);
  }
  /// The same for a wait for one rank. Not inlined: spinning waits stand in every kernel.
  [[noreturn, gnu::cold, gnu::noinline]] void give_up_on(const char* what, Rank peer) const {
    give_up(std::string("waiting ") + what + " rank " + std::to_string(peer));
  }
  [[nodiscard]] Time at() const { return at_; }

 private:
  [[gnu::cold]] [[gnu::noinline]] bool is_over() {
    if (interruption_) failed_ = interruption_->failed();
    return failed_ >= 0 || now_ns() > at_;
  }

  Time at_;
  Interruption* interruption_;
  unsigned mask_;
  unsigned turns_ = 0;
  Rank failed_ = -1;
};

}  // namespace coordbench
