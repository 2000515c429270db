#pragma once
// The bound on what no deadline of ours reaches: a wait inside the MPI library (native_* kernels).

#include <functional>

#include "harness/description.hpp"

namespace coordbench {

/// Runs `bark` from a signal handler if it is still alive at `deadline`. That is not async-signal-safe in general; it is the
/// last act of a process that is spinning inside the library for good, and a second alarm ends the process should it not
/// succeed.
class Watchdog {
 public:
  Watchdog(Time deadline, std::function<void()> bark);
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog();
};

}  // namespace coordbench
