#pragma once
// --resume: a launch goes on with what its plan still lacks, in the file that it had begun.

#include <cstddef>
#include <optional>
#include <vector>

#include "harness/case.hpp"
#include "harness/options/options.hpp"
#include "harness/results/launch_record.hpp"
#include "harness/results/stored_launch.hpp"
#include "harness/world/world.hpp"

namespace coordbench {

/// Collective. Returns what the file of --resume tells, the same on every rank, and sets `options` to those of the launch that
/// began it; empty without --resume. Throws UsageError, on every rank, for a file that --resume cannot use
/// (results/stored_launch.hpp).
/// `arguments` are this program's.
std::optional<StoredLaunch> take_up(const World& world, Options& options, const std::vector<std::string>& arguments);

/// Indices of the plan's cases that are still to run, in order; all of them without `begun`. Throws UsageError if the plan is
/// not the one that the file was begun with.
std::vector<std::size_t> due_cases(const Plan& plan, const std::optional<StoredLaunch>& begun);

/// Throws UsageError for the first thing that makes numbers differ between the launch that began the file and the one that
/// goes on: its machine, libraries and settings, and where its ranks sit.
void expect_same_place(const StoredLaunch& begun, const LaunchRecord& here, const std::filesystem::path& file);

}  // namespace coordbench
