#pragma once
// How old what reads return is, found out afterwards from the stamps: nothing is asked of a kernel while it runs.

#include "harness/case_result.hpp"

namespace coordbench {

/// Of a case whose kernel has the kinds "write" and "read"; empty for any other. Instants on clocks of different ranks count as
/// apart only if more than twice `clock_error_ns` lies between them.
Staleness staleness_of(const Case& planned, const Samples& samples, double clock_error_ns);

/// Reads that are at least one version behind, as a share of all reads that returned something; NaN if there is none.
double stale_share_of(const Staleness& staleness);

}  // namespace coordbench
