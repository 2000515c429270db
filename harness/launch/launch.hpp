#pragma once
// The plan carried out. Rank 0 directs: it says which case comes next, collects its result and appends it to the file. Other
// ranks sleep between the cases that they take part in.

#include <functional>
#include <set>

#include "harness/case_result.hpp"
#include "harness/launch/setting.hpp"
#include "harness/loggp/loggp.hpp"

namespace coordbench {

inline constexpr int kAllOk = 0, kSomeCaseFailed = 1, kUsage = 2, kNotWritten = 3;

struct Directed {
  int status = kAllOk;
  std::size_t cases = 0;  ///< that ran; fewer than planned if the total budget did not last
};

/// The rank counts of a plan, for the groups that the world makes before the first case.
std::set<int> rank_counts(const Plan& plan);

/// Rank 0: every case of the plan, within the total budget; each goes to `keep` as soon as it is over, outside every clock.
/// If `keep` throws, the other ranks are dismissed first.
using Keep = std::function<void(const CaseResult&)>;
using KeepCalibration = std::function<void(const LogGp&)>;  ///< called around every block of cases
Directed direct(const LaunchSetting& launch, const Keep& keep, const KeepCalibration& keep_calibration = {});
/// The other ranks, until rank 0 says that it is over; returns the status that rank 0 gives.
int follow(const LaunchSetting& launch);
/// Rank 0, instead of `direct`, where nothing can be measured: the others return `status`.
void dismiss(const World& world, int status);

}  // namespace coordbench
