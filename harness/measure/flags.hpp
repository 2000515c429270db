#pragma once
// What may have moved a case's result without making it wrong.

#include "harness/case_result.hpp"

namespace coordbench {

/// What `judge` does not see: the surroundings of the case.
struct Surroundings {
  bool oversubscribed = false;
  double clock_error_ns = 0;     ///< of ranks whose clock is not rank 0's
  double timer_overhead_ns = 0;  ///< of one reading
  double stolen_share = 0;       ///< of the case's time, in which the hypervisor ran somebody else
  bool throttled = false;        ///< by the quota of the cgroup
};
/// The bits of `/cases/flags`, each only where its cause could show in the result; `drift` is added when the block is over.
std::uint32_t flags_of(const CaseResult& result, const Surroundings& surroundings);

}  // namespace coordbench
