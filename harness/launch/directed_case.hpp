#pragma once
// One case of a launch: as every rank takes part in it, and as rank 0 directs it.

#include <functional>
#include <vector>

#include "harness/case_result.hpp"
#include "harness/launch/begin.hpp"
#include "harness/launch/launch.hpp"
#include "harness/measure/case_report.hpp"
#include "harness/measure/case_run.hpp"
#include "harness/measure/flags.hpp"
#include "harness/measure/verdict.hpp"

namespace coordbench {

/// Any rank but 0: its part in the case, and its report of it.
void take_part(const LaunchSetting& launch, const Begin& begin);

/// Rank 0's view of one case: its own part, then everybody's report.
class DirectedCase {
 public:
  DirectedCase(const LaunchSetting& launch, const Begin& begin);

  /// False if a rank is stuck inside the library, so that no further case can be run. `rank_0_stuck` is called, from the
  /// watchdog, if that is this rank.
  bool measure(const std::function<void()>& rank_0_stuck);

  /// Called when rank 0 is stuck in the library, in place of `measure` returning; reports of the other ranks are missing.
  void rank_0_is_stuck();

  CaseResult& conclude();

 private:
  bool collect_reports();
  bool await_reports(std::vector<MPI_Request>& requests);
  [[nodiscard]] Surroundings surroundings() const;

  const LaunchSetting& launch_;
  CaseRun run_;
  std::vector<CaseReport> reports_;
  double stolen_share_ = 0;
  bool throttled_ = false;
  CaseResult result_;
};

}  // namespace coordbench
