#pragma once
// From the ranks' reports to a verdict: pure, so that every way to fail is tested without MPI.

#include <span>

#include "harness/case_result.hpp"
#include "harness/measure/case_report.hpp"

namespace coordbench {

/// Holds the reports of all ranks against what the kernel declares and fills in `result`'s verdict, detail, traffic, delays and
/// expectations. `result.samples` must be complete. The worst verdict wins: failed, timed_out, wrong_answer, count_mismatch,
/// ok. A barrier carries no answer but its stamps: nobody may leave before the last has come, give or take `clock_error_ns`.
void judge(CaseResult& result, std::span<const CaseReport> reports, double clock_error_ns = 0);

/// What `judge` does not see: the surroundings of the case.
struct Surroundings {
  bool oversubscribed = false;
  double clock_error_ns = 0;     ///< of ranks whose clock is not rank 0's
  double timer_overhead_ns = 0;  ///< of one reading
  bool stolen = false;
  bool switched = false;
};
/// The bits of `/cases/flags`; `drift` is added when the block is over.
std::uint32_t flags_of(const CaseResult& result, const Surroundings& surroundings);

}  // namespace coordbench
