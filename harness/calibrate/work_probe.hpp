#pragma once
// How long it takes to copy, fold and authenticate a payload, as kernels and nodes do between messages.

#include <cstdint>
#include <span>
#include <vector>

#include "harness/loggp/loggp.hpp"

namespace coordbench {

/// Does every work with payloads of each size, `times` times each, on the calling rank alone; signs and verifies only what is
/// no longer than a message. Throws std::runtime_error if a result is wrong.
std::vector<WorkSample> probe_work(std::span<const std::int64_t> bytes, std::uint64_t seed, std::int64_t pass, int times);

}  // namespace coordbench
