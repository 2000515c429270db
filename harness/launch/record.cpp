#include "harness/launch/record.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "build_info.hpp"
#include "harness/launch/resumption.hpp"
#include "harness/launch/signals.hpp"
#include "harness/machine/clock.hpp"
#include "harness/machine/environment.hpp"
#include "harness/machine/simulator.hpp"
#include "harness/results/gbench_json.hpp"
#include "harness/results/terminal.hpp"
#include "harness/simulated.hpp"

namespace coordbench {
namespace {

constexpr double kDrift = 1.25;  ///< a machine whose ping_pong moved by more was not the same machine throughout

/// launch-012.h5 is launch 12. The file of --resume may have been renamed.
int number_of(const std::filesystem::path& file) {
  const std::string stem = file.stem().string();
  const std::string digits = stem.substr(stem.find_last_not_of("0123456789") + 1);
  return digits.empty() || digits.size() > 9 ? 0 : std::stoi(digits);
}

/// A campaign has the name of its folder.
std::string campaign_of(const std::filesystem::path& file) {
  return std::filesystem::weakly_canonical(file.parent_path()).filename().string();
}

std::vector<LaunchRecord::RankRow> rows_with_clocks(const Seating& seating, const Clocks& clocks) {
  std::vector<LaunchRecord::RankRow> rows = seating.ranks;
  for (std::size_t rank = 0; rank < rows.size(); ++rank) {
    rows[rank].clock_offset_ns = clocks.models[rank].offset_ns;
    rows[rank].clock_drift = clocks.models[rank].drift;
    rows[rank].clock_error_ns = clocks.worst_ns[rank];
  }
  return rows;
}

Facts environment_of(const Seating& seating, double timer_overhead_ns) {
  Facts facts = environment_facts({.mpi_library = mpi_library(), .mpi_version = mpi_standard()});
  facts.emplace_back("timer_overhead_ns", timer_overhead_ns);
  facts.emplace_back("oversubscribed", std::int64_t{seating.oversubscribed});
  if constexpr (kSimulated) facts.emplace_back("platform", simulator::platform_name());
  if constexpr (kSimulated) facts.emplace_back("calibration", simulator::calibration());
  for (std::size_t node = 0; node < seating.topology_xml.size(); ++node)
    facts.emplace_back(fmt::format("hwloc_xml_{}", node), seating.topology_xml[node]);
  return facts;
}

LaunchRecord record_of(const LaunchSetting& launch, const std::filesystem::path& file) {
  const auto& [agenda, place, timing] = launch;
  return {.campaign = campaign_of(file),
          .launch = number_of(file),
          .arguments = agenda.arguments,
          .options = agenda.options.asked,
          .command_line = fmt::format("{}", fmt::join(agenda.arguments, " ")),
          .created_utc = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(calendar_time())),
          .version = kVersion,
          .git_commit = kGitCommit,
          .seed = agenda.options.seed.value(),
          .epoch_ns = timing.epoch_ns,
          .environment = environment_of(place.seating, timing.timer_overhead_ns),
          .plan = &agenda.plan,
          .ranks = rows_with_clocks(place.seating, timing.clocks),
          .distance = place.seating.distance,
          .ping_ns = timing.clocks.ping_ns,
          .placement = agenda.options.placement,
          .bound_by = place.seating.bound_by,
          .clock_check = timing.clocks.check,
          .limits = timing.limits};
}

/// Quoted, so that a shell takes it for one word.
std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
  return word.find_first_not_of(kPlain) == std::string::npos ? word : "'" + word + "'";
}

/// The command that measures what the file will lack if this launch is interrupted.
std::string resumption_of(const LaunchSetting& launch, const std::filesystem::path& file) {
  const int ranks = launch.place.world.size();
  std::string mpirun = ranks > 1 ? fmt::format("mpirun -n {} ", ranks) : "";
  if (ranks > 1 && launch.place.seating.oversubscribed && std::getenv("OMPI_COMM_WORLD_RANK")) mpirun += "--oversubscribe ";
  return fmt::format("{}{} run --resume {}", mpirun, quoted(launch.agenda.arguments.front()), quoted(file.string()));
}

LaunchRecord record_to_go_on(const LaunchSetting& launch, const std::filesystem::path& file, const StoredLaunch& begun) {
  LaunchRecord record = record_of(launch, file);
  expect_same_place(begun, record, file);
  return record;
}

/// Returns what `make` returns. If it throws, tells the other ranks to leave with the status of the error.
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

LaunchResults::LaunchResults(const LaunchSetting& launch)
    : LaunchResults(launch, ResultFile::next_free(launch.agenda.options.out)) {}

LaunchResults::LaunchResults(const LaunchSetting& launch, const ResultFile::Name& name)
    : launch_(launch), path_(name.path), record_(record_of(launch, path_)), file_(path_, record_) {
  begin();
}

LaunchResults::LaunchResults(const LaunchSetting& launch, const StoredLaunch& begun)
    : launch_(launch),
      path_(launch.agenda.options.resume),
      record_(record_to_go_on(launch, path_, begun)),
      file_(path_, record_, begun),
      done_before_(begun.done.size()),
      round_trips_before_(begun.round_trips),
      round_trips_(round_trips_before_),
      block_(begun.open_block) {
  begin();
}

void LaunchResults::begin() {
  name_results(path_, HiddenFiles(path_).all(), kSimulated ? "" : resumption_of(launch_, path_));
  last_words_.emplace([this] { say_last_words(); });
}

/// The table of what there is, to standard error: of what a rank writes to standard output at its end, mpirun passes on some
/// ten kilobytes, but all that fits into the pipe of standard error. A case that is being written is waited for, but not for as
/// long as mpirun waits for us.
void LaunchResults::say_last_words() {
  constexpr std::size_t kHeard = 60'000;
  if (!mine_.try_lock_for(std::chrono::milliseconds(100))) return;
  std::string text = table();
  if (text.size() > kHeard) text = text.substr(0, text.rfind('\n', kHeard) + 1) + "and more, in the file\n";
  const ssize_t ignored = write(STDERR_FILENO, text.data(), text.size());
  static_cast<void>(ignored);
}

void LaunchResults::keep(const CaseResult& result) {
  const std::lock_guard alone(mine_);
  file_.append(result);
  rows_.push_back(row_of(result));
  const TableRow& row = rows_.back();
  if (row.drift_watch)
    look_for_drift(row);
  else
    block_[std::string(name_of(row.transport))].push_back(done_before_ + rows_.size() - 1);
  round_trips_.add(row);
}

/// Flags the cases of the watch's block and transport if it is the second of its kind and differs from the first.
void LaunchResults::look_for_drift(const TableRow& watch) {
  const std::string transport(name_of(watch.transport));
  const std::vector<std::size_t> block = std::exchange(block_[transport], {});
  const double ratio = watch.latency.p50 / round_trips_.before(watch.block, transport);
  if (!(ratio > kDrift || ratio < 1 / kDrift)) return;
  file_.add_flags(block, bit(Flag::drift));
  for (const std::size_t row : block)
    if (row >= done_before_) rows_[row - done_before_].flags |= bit(Flag::drift);
}

std::string LaunchResults::table() const {
  return final_table(rows_, {.cases_planned = launch_.agenda.due.size(),
                             .cases_before = done_before_,
                             .file = path_.string(),
                             .wall_s = static_cast<double>(now_ns() - launch_.timing.epoch_ns) * 1e-9,
                             .writing_s = file_.writing_s(),
                             .timer_overhead_ns = launch_.timing.timer_overhead_ns,
                             .columns = output_columns(),
                             .round_trips_before = round_trips_before_});
}

void LaunchResults::write_gbench() const {
  if (const std::string& path = launch_.agenda.options.gbench_json; !path.empty())
    write_gbench_json(path, gbench_json(record_, mhz_per_cpu(), rows_, round_trips_before_));
}

Limits limits_of(const World& world, const Options& options) {
  if (options.micro.empty()) return {};
  return or_dismiss(world, [&] { return read_limits(options.micro, host_name()); });
}

std::unique_ptr<LaunchResults> open_results(const LaunchSetting& launch) {
  return or_dismiss(launch.place.world, [&] {
    if (launch.agenda.begun) return std::make_unique<LaunchResults>(launch, *launch.agenda.begun);
    if (!launch.agenda.options.gbench_json.empty()) check_gbench_path(launch.agenda.options.gbench_json);
    return std::make_unique<LaunchResults>(launch);
  });
}

}  // namespace coordbench
