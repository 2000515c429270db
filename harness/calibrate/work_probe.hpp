#pragma once
// How long it takes to copy and to fold a payload, as kernels do between messages.

#include <cstdint>
#include <span>
#include <vector>

#include "harness/loggp/loggp.hpp"

namespace coordbench {

/// Copies and folds payloads of each size, `times` times each, on the calling rank alone. Throws std::runtime_error if a sum is
/// wrong.
std::vector<WorkSample> probe_work(std::span<const std::int64_t> bytes, std::uint64_t seed, std::int64_t pass, int times);

}  // namespace coordbench
