#pragma once
// Whether a case can run in the room that there is.

#include <cstdint>
#include <string>

#include "harness/plan/plan.hpp"

namespace coordbench {

bool runs_over(const Kernel& kernel, TransportName transport);

/// What each rank of the launch must have, because it is the same window in all cases.
std::int64_t shared_bytes_of(const Case& planned, const Room& room);

/// Why the case's transport cannot carry it; empty if it can.
std::string unfit_for_transport(const Case& planned, const Room& room);

/// Why the case cannot run; empty if it can.
std::string unfit(const Case& planned, const Room& room, const Options& options);

}  // namespace coordbench
