#include "harness/launch/record.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "build_info.hpp"
#include "harness/launch/signals.hpp"
#include "harness/machine/clock.hpp"
#include "harness/machine/environment.hpp"
#include "harness/machine/simulator.hpp"
#include "harness/results/gbench_json.hpp"
#include "harness/simulated.hpp"

namespace coordbench {
namespace {

constexpr double kDrift = 1.25;  ///< a machine whose ping_pong moved by more was not the same machine throughout

/// launch-012.h5 is launch 12. A file that is gone on with may have been given another name.
int number_of(const std::filesystem::path& file) {
  const std::string stem = file.stem().string();
  const std::string digits = stem.substr(stem.find_last_not_of("0123456789") + 1);
  return digits.empty() || digits.size() > 9 ? 0 : std::stoi(digits);
}

/// The campaign is the name of its folder, however the folder was written.
std::string campaign_of(const std::filesystem::path& file) {
  return std::filesystem::weakly_canonical(file.parent_path()).filename().string();
}

std::vector<LaunchRecord::RankRow> rows_with_clocks(const LaunchSetting& launch) {
  std::vector<LaunchRecord::RankRow> rows = launch.seating.ranks;
  for (std::size_t rank = 0; rank < rows.size(); ++rank) {
    rows[rank].clock_offset_ns = launch.clocks.models[rank].offset_ns;
    rows[rank].clock_drift = launch.clocks.models[rank].drift;
    rows[rank].clock_error_ns = launch.clocks.worst_ns[rank];
  }
  return rows;
}

Facts environment_of(const LaunchSetting& launch) {
  Facts facts = environment_facts({.mpi_library = mpi_library(), .mpi_version = mpi_standard()});
  facts.emplace_back("timer_overhead_ns", launch.timer_overhead_ns);
  facts.emplace_back("oversubscribed", std::int64_t{launch.seating.oversubscribed});
  if constexpr (kSimulated) facts.emplace_back("platform", simulator::platform_name());
  if constexpr (kSimulated) facts.emplace_back("calibration", simulator::calibration());
  for (std::size_t node = 0; node < launch.seating.topology_xml.size(); ++node)
    facts.emplace_back(fmt::format("hwloc_xml_{}", node), launch.seating.topology_xml[node]);
  return facts;
}

LaunchRecord record_of(const LaunchSetting& launch, const std::filesystem::path& file,
                       const std::vector<std::string>& arguments) {
  return {.campaign = campaign_of(file),
          .launch = number_of(file),
          .arguments = arguments,
          .command_line = fmt::format("{}", fmt::join(arguments, " ")),
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

LaunchResults::LaunchResults(const LaunchSetting& launch, const std::vector<std::string>& arguments)
    : launch_(launch),
      path_(ResultFile::next_free(launch.options.out)),
      record_(record_of(launch, path_, arguments)),
      file_(path_, record_) {
  name_results(path_, ResultFile::hidden_files(path_));
}

LaunchResults::LaunchResults(const LaunchSetting& launch, const StoredLaunch& begun)
    : launch_(launch),
      path_(launch.options.resume),
      record_(record_of(launch, path_, begun.arguments)),
      file_(path_, record_, begun),
      done_before_(begun.done.size()),
      ping_before_ns_(begun.ping_before_ns),
      block_(begun.open_block) {
  name_results(path_, ResultFile::hidden_files(path_));
}

void LaunchResults::keep(const CaseResult& result) {
  file_.append(result);
  rows_.push_back(row_of(result));
  if (!result.planned->calibration) return block_.push_back(done_before_ + rows_.size() - 1);
  const double ratio = block_.empty() || ping_before_ns_ == 0 ? 1.0 : result.latency.p50 / ping_before_ns_;
  ping_before_ns_ = result.latency.p50;
  if (ratio > kDrift || ratio < 1 / kDrift) {
    file_.add_flags(block_, bit(Flag::drift));
    for (const std::size_t row : block_)
      if (row >= done_before_) rows_[row - done_before_].flags |= bit(Flag::drift);
  }
  block_.clear();
}

std::string LaunchResults::table() const {
  return final_table(rows_, {.cases_planned = launch_.due.size(),
                             .cases_before = done_before_,
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
  return or_dismiss(world, [&] { return read_limits(options.micro, host_name()); });
}

std::unique_ptr<LaunchResults> open_results(const LaunchSetting& launch, const std::vector<std::string>& arguments,
                                            const std::optional<StoredLaunch>& begun) {
  return or_dismiss(launch.world, [&] {
    if (begun) return std::make_unique<LaunchResults>(launch, *begun);
    if (!launch.options.gbench_json.empty()) check_gbench_path(launch.options.gbench_json);
    return std::make_unique<LaunchResults>(launch, arguments);
  });
}

}  // namespace coordbench
