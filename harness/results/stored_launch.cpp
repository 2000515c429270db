#include "harness/results/stored_launch.hpp"

#include <cmath>
#include <stdexcept>

#include "harness/options/usage_error.hpp"
#include "harness/results/hdf5_variables.hpp"

namespace coordbench {
namespace {

using hdf5::Handle;

/// Names of the plan, skipped combinations apart, as they were to run: /plan is written in that order.
std::vector<std::string> planned_in(const Handle& plan) {
  const auto names = hdf5::read_variable<std::string>(plan, "name");
  const auto order = hdf5::read_variable<std::int64_t>(plan, "order");
  std::vector<std::string> planned;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (order[i] >= 0) planned.push_back(names[i]);
  return planned;
}

/// What is known of the block that was under way, for the ping_pong that will end it.
void find_open_block(const Handle& cases, StoredLaunch& launch) {
  const auto calibration = hdf5::read_variable<std::int64_t>(cases, "calibration");
  const auto p50_ns = hdf5::read_variable<double>(cases, "latency_p50_ns");
  for (std::size_t row = 0; row < calibration.size(); ++row) {
    if (calibration[row] == 0) {
      launch.open_block.push_back(row);
    } else {
      launch.open_block.clear();
      launch.ping_before_ns = std::isnan(p50_ns[row]) ? 0 : p50_ns[row];
    }
  }
}

StoredLaunch stored_launch_in(const Handle& file) {
  StoredLaunch launch;
  launch.arguments = nlohmann::json::parse(hdf5::read_text(file, "arguments")).get<std::vector<std::string>>();
  launch.seed = hdf5::read_number<std::uint64_t>(file, "seed");
  launch.git_commit = hdf5::read_text(file, "git_commit");
  launch.wall_s = hdf5::read_number<double>(file, "wall_s");
  launch.ranks = static_cast<int>(hdf5::length_of(hdf5::open_group(file, "ranks"), "rank"));
  launch.planned = planned_in(hdf5::open_group(file, "plan"));
  const Handle cases = hdf5::open_group(file, "cases");
  launch.done = hdf5::read_variable<std::string>(cases, "name");
  find_open_block(cases, launch);
  launch.calibrated = hdf5::has_group(file, "loggp");
  return launch;
}

}  // namespace

StoredLaunch read_stored_launch(const std::filesystem::path& file) {
  try {
    return stored_launch_in(hdf5::open_file_to_read(file));
  } catch (const std::exception& error) {
    throw UsageError(
        fmt::format("--resume: '{}' was given; accepted: a launch-*.h5 of this version ({})", file.native(), error.what()));
  }
}

}  // namespace coordbench
