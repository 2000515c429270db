#pragma once
// The plan carried out. Rank 0 directs: it says which case comes next, collects what it came to and appends it to the file; the
// other ranks sleep between the cases they take part in.

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "harness/calibrate/loggp.hpp"
#include "harness/case_result.hpp"
#include "harness/launch/calibration.hpp"
#include "harness/launch/clocks.hpp"
#include "harness/launch/nodes.hpp"
#include "harness/launch/seating.hpp"
#include "harness/launch/shared_window.hpp"
#include "harness/launch/world.hpp"
#include "harness/machine/limits.hpp"
#include "harness/measure/case_report.hpp"
#include "harness/measure/case_run.hpp"
#include "harness/options/options.hpp"

namespace coordbench {

inline constexpr int kAllOk = 0, kSomeCaseFailed = 1, kUsage = 2, kNotWritten = 3;

/// What every case of a launch shares.
struct LaunchSetting {
  const World& world;
  const Options& options;
  const Plan& plan;
  std::vector<std::size_t> due;  ///< indices of the cases to run, in order
  const Seating& seating;
  Nodes nodes;
  Clocks& clocks;
  const SharedWindow& shared;
  Time epoch_ns;
  Limits limits;  ///< on rank 0, of the file of --micro
  double timer_overhead_ns;  ///< on rank 0
  const CalibrationPairs* pairs = nullptr;      ///< null: the launch does not calibrate
  std::vector<std::int64_t> probed_bytes = {};  ///< by a calibration
};

struct Measured {
  int status = kAllOk;
  std::size_t cases = 0;  ///< that ran; fewer than planned if the total budget did not last
};

/// The rank counts of a plan, for the groups that the world makes before the first case.
std::set<int> rank_counts(const Plan& plan);

/// Rank 0: every case of the plan, within the total budget; each goes to `keep` as soon as it is over, outside every clock.
/// What `keep` throws is passed on, after dismissing the other ranks.
using Keep = std::function<void(const CaseResult&)>;
using KeepCalibration = std::function<void(const LogGp&)>;  ///< called around every block of cases
Measured direct(const LaunchSetting& launch, const Keep& keep, const KeepCalibration& keep_calibration = {});
/// The other ranks, until rank 0 says that it is over; returns the status that rank 0 gives.
int follow(const LaunchSetting& launch);
/// Rank 0, instead of `direct`, where nothing can be measured: the others return `status`.
void dismiss(const World& world, int status);

}  // namespace coordbench
