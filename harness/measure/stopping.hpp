#pragma once
// When a case has been measured enough: looked at only at geometric checkpoints, so that looking often cannot bias it.

#include <cstdint>

#include "harness/case.hpp"
#include "harness/case_result.hpp"

namespace coordbench {

struct StoppingRule {
  double precision = 0.05;  ///< half width of the median's 95 % interval over the median
  std::int64_t max_operations = 10'000;
  std::int64_t exact_operations = 0;  ///< > 0: exactly so many, whatever the rest says
  Time budget_ns = 2'000'000'000;

  static constexpr std::int64_t kSamplesMin = 1000;

  [[nodiscard]] std::int64_t operations_max() const { return exact_operations > 0 ? exact_operations : max_operations; }
};

struct Decision {
  std::int64_t next_block = 0;  ///< operations to run next; 0: stop
  StopReason reason = StopReason::precision;
};

/// What to do after `done` operations in `spent_ns`, of which `latency` is the summary so far. Blocks double what has been
/// done, but never run past the maximum or, by the pace so far, past the budget. Pure.
Decision decide(const StoppingRule& rule, std::int64_t done, Time spent_ns, const LatencySummary& latency);

}  // namespace coordbench
