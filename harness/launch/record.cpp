#include "harness/launch/record.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "build_info.hpp"
#include "harness/launch/signals.hpp"
#include "harness/machine/clock.hpp"
#include "harness/machine/environment.hpp"
#include "harness/results/gbench_json.hpp"

namespace coordbench {
namespace {

constexpr double kDrift = 1.25;  ///< a machine whose ping_pong moved by more was not the same machine throughout

/// launch-012.h5 is launch 12.
int number_of(const std::filesystem::path& file) {
  const std::string stem = file.stem().string();
  return std::stoi(stem.substr(stem.rfind('-') + 1));
}

/// The campaign is the name of its folder, however the folder was written.
std::string campaign_of(const std::filesystem::path& file) {
  return std::filesystem::weakly_canonical(file.parent_path()).filename().string();
}

std::vector<LaunchRecord::RankRow> rows_with_clocks(const LaunchSetting& launch) {
  std::vector<LaunchRecord::RankRow> rows = launch.seating.ranks;
  for (std::size_t rank = 0; rank < rows.size(); ++rank) {
    rows[rank].clock_offset_ns = launch.clocks.offset_ns[rank];
    rows[rank].clock_error_ns = launch.clocks.error_ns[rank];
  }
  return rows;
}

Facts environment_of(const LaunchSetting& launch) {
  Facts facts = environment_facts({.mpi_library = mpi_library(), .mpi_version = mpi_standard()});
  facts.emplace_back("timer_overhead_ns", launch.timer_overhead_ns);
  facts.emplace_back("oversubscribed", std::int64_t{launch.seating.oversubscribed});
  for (std::size_t node = 0; node < launch.seating.topology_xml.size(); ++node)
    facts.emplace_back(fmt::format("hwloc_xml_{}", node), launch.seating.topology_xml[node]);
  return facts;
}

LaunchRecord record_of(const LaunchSetting& launch, const std::filesystem::path& file, const std::string& command_line) {
  return {.campaign = campaign_of(file),
          .launch = number_of(file),
          .command_line = command_line,
          .created_utc = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(calendar_time())),
          .version = kVersion,
          .git_commit = kGitCommit,
          .seed = launch.options.seed.value(),
          .epoch_ns = launch.epoch_ns,
          .environment = environment_of(launch),
          .plan = &launch.plan,
          .ranks = rows_with_clocks(launch),
          .distance = launch.seating.distance,
          .ping_ns = launch.clocks.ping_ns,
          .placement = launch.options.placement,
          .bound_by = launch.seating.bound_by,
          .clock_check = launch.clocks.check,
          .limits = launch.limits};
}

/// What `make` returns; if it throws, the other ranks are told to leave with the status that it means.
template <class Make>
auto or_dismiss(const World& world, Make make) {
  try {
    return make();
  } catch (const UsageError&) {
    dismiss(world, kUsage);
    throw;
  } catch (const std::exception&) {
    dismiss(world, kNotWritten);
    throw;
  }
}

}  // namespace

LaunchResults::LaunchResults(const LaunchSetting& launch, const std::string& command_line)
    : launch_(launch),
      path_(ResultFile::next_free(launch.options.out)),
      record_(record_of(launch, path_, command_line)),
      file_(path_, record_) {
  name_results(path_, ResultFile::hidden_files(path_));
}

void LaunchResults::keep(const CaseResult& result) {
  file_.append(result);
  rows_.push_back(row_of(result));
  if (!result.planned->calibration) return block_.push_back(rows_.size() - 1);
  const double ratio = block_.empty() ? 1.0 : result.latency.p50 / ping_before_ns_;
  ping_before_ns_ = result.latency.p50;
  if (ratio > kDrift || ratio < 1 / kDrift) {
    file_.add_flags(block_, bit(Flag::drift));
    for (const std::size_t row : block_) rows_[row].flags |= bit(Flag::drift);
  }
  block_.clear();
}

std::string LaunchResults::table() const {
  return final_table(rows_, {.cases_planned = launch_.plan.cases.size(),
                             .file = path_.string(),
                             .wall_s = static_cast<double>(now_ns() - launch_.epoch_ns) * 1e-9,
                             .writing_s = file_.writing_s(),
                             .timer_overhead_ns = launch_.timer_overhead_ns});
}

void LaunchResults::write_gbench() const {
  if (const std::string& path = launch_.options.gbench_json; !path.empty())
    write_gbench_json(path, gbench_json(record_, mhz_per_cpu(), rows_));
}

Limits limits_of(const World& world, const Options& options) {
  if (options.micro.empty()) return {};
  return or_dismiss(world, [&] { return read_limits(options.micro); });
}

std::unique_ptr<LaunchResults> open_results(const LaunchSetting& launch, const std::string& command_line) {
  return or_dismiss(launch.world, [&] {
    if (!launch.options.gbench_json.empty()) check_gbench_path(launch.options.gbench_json);
    return std::make_unique<LaunchResults>(launch, command_line);
  });
}

}  // namespace coordbench
