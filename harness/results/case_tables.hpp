#pragma once
// What a result file holds of each finished case: a row of /cases and a group below /samples.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "harness/case_result.hpp"
#include "harness/results/hdf5.hpp"

namespace coordbench {

/// Makes both groups, empty.
void create_case_tables(const hdf5::Handle& file);
/// Adds cases in the order given; `placement` is that of the launch.
void append_cases(const hdf5::Handle& file, std::span<const CaseResult* const> cases, const std::string& placement);
/// Sets more flags in rows of /cases, which count from 0. Throws std::out_of_range for a row that is not there.
void add_case_flags(const hdf5::Handle& file, std::span<const std::size_t> rows, std::uint32_t flags);

}  // namespace coordbench
