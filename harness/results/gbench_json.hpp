#pragma once
// A launch in the JSON of Google Benchmark 1.7.1, for compare.py and the dashboards made for it: one repetition of every case.
// The samples themselves are in the launch's HDF5 file alone.

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "harness/machine/host_facts.hpp"
#include "harness/results/final_table.hpp"
#include "harness/results/launch_record.hpp"

namespace coordbench {

/// `context` and `benchmarks`, with the member names and their order that Google Benchmark has (src/json_reporter.cc).
/// `real_time` is the median latency and `cpu_time` the processor time of all ranks per operation, both in ns; `threads` are
/// ranks, clients included; `label` are the flags; percentiles, rates and messages are counters, left out where the samples do
/// not support them. Calibrations are left out; a case that is not ok has, as there, its error, times of 0 and no counters. The
/// order is that of kernels, ranks and bytes, not the shuffled one of the plan. `mhz_per_cpu` 0: unknown, left out. Throws
/// std::out_of_range if a fact is missing from `launch.environment`. `round_trips_before`: what the launch had measured before
/// it was resumed; ratios go by it, too.
nlohmann::ordered_json gbench_json(const LaunchRecord& launch, std::int64_t mhz_per_cpu, std::span<const TableRow> rows,
                                   const std::vector<RoundTrip>& round_trips_before = {});

/// The highest frequency of CPU 0, or the present one where the kernel tells no limit, as in most virtual machines; 0 if
/// unknown.
std::int64_t mhz_per_cpu(const ReadFile& read = file_text);

/// Throws UsageError if `path` could not be written at the end: its folder is missing or closed, or it is no regular file.
void check_gbench_path(const std::filesystem::path& path);
/// Replaces `path` at once, so that nobody reads half a file. Throws ResultError.
void write_gbench_json(const std::filesystem::path& path, const nlohmann::ordered_json& json);

}  // namespace coordbench
