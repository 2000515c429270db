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

}  // namespace coordbench
