#pragma once
// What a launch leaves behind: the file, opened with all that is known before the first case, and the rows of the final table.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "harness/launch/launch.hpp"
#include "harness/launch/signals.hpp"
#include "harness/machine/host_facts.hpp"
#include "harness/results/final_table.hpp"
#include "harness/results/result_file.hpp"
#include "harness/results/stored_launch.hpp"

namespace coordbench {

class LaunchResults {
 public:
  /// The launch's file, under the next free number in --out. Throws ResultError.
  explicit LaunchResults(const LaunchSetting& launch);
  /// The file of --resume. Throws ResultError, and UsageError if it was begun elsewhere or otherwise.
  LaunchResults(const LaunchSetting& launch, const StoredLaunch& begun);

  /// On disk when it returns. Cases whose ping_pongs before and after their block differ are flagged when the second arrives.
  void keep(const CaseResult& result);
  void keep(const LogGp& loggp) {
    const std::lock_guard alone(mine_);
    file_.write(loggp);
  }
  /// Ends the file: complete if every case of the plan ran, else to be finished by --resume.
  void end(const Directed& measured) {
    last_words_.reset();
    if (measured.cases < launch_.agenda.due.size())
      return file_.leave(measured.status == kEndAsked ? "signal" : "total_budget");
    file_.finish({load_average(), launch_.timing.clocks.check, launch_.timing.clocks.worst_ns});
  }
  [[nodiscard]] std::string table() const;
  /// The file of --gbench-json, if it was asked for. Throws ResultError.
  void write_gbench() const;

 private:
  LaunchResults(const LaunchSetting& launch, const ResultFile::Name& name);
  void begin();
  void look_for_drift(const TableRow& watch);
  void say_last_words();

  const LaunchSetting& launch_;
  std::filesystem::path path_;
  LaunchRecord record_;
  ResultFile file_;
  std::vector<TableRow> rows_;
  std::size_t done_before_ = 0;     ///< cases in the file when this life of the launch began
  std::vector<RoundTrip> round_trips_before_;  ///< when this life of the launch began
  RoundTrips round_trips_;
  std::map<std::string, std::vector<std::size_t>> block_;  ///< by transport, rows in the file of the block that is running
  std::timed_mutex mine_;           ///< who writes file or rows; the thread of the last words, once it has it, for good
  std::optional<LastWords> last_words_;
};

/// Rank 0: the machine's limits, of --micro's file; none without one. Throws UsageError; dismisses the other ranks before.
Limits limits_of(const World& world, const Options& options);

/// Rank 0: as the constructor, and throws UsageError if the file of --gbench-json could not be written in the end; dismisses
/// the other ranks before it throws.
std::unique_ptr<LaunchResults> open_results(const LaunchSetting& launch);

}  // namespace coordbench
