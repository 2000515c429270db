#pragma once
// How a rank's clock runs against the global one, which is rank 0's: an offset and a drift, and a bound on the error of both.

#include <cmath>

#include "harness/machine/clock.hpp"

namespace coordbench {

struct ClockModel {
  Time reference = 0;      ///< by this rank's clock; what follows is of that instant
  double offset_ns = 0;    ///< this rank's clock minus the global one
  double drift = 0;        ///< how much the offset grows per ns: 1e-6 is a microsecond a second
  double error_ns = 0;     ///< the offset is off by at most so much
  double error_drift = 0;  ///< and by so much more per ns since

  [[nodiscard]] double error_at(Time local) const {
    return error_ns + error_drift * std::abs(static_cast<double>(local - reference));
  }
  [[nodiscard]] Time to_global(Time local) const {
    return local - std::llround(offset_ns + drift * static_cast<double>(local - reference));
  }
  [[nodiscard]] Time to_local(Time global) const {
    const double since = (static_cast<double>(global - reference) + offset_ns) / (1 - drift);
    return reference + std::llround(since);
  }
};

}  // namespace coordbench
