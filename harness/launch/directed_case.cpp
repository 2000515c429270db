#include "harness/launch/directed_case.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "harness/kernel.hpp"
#include "harness/launch/watchdog.hpp"
#include "harness/machine/host_facts.hpp"
#include "harness/measure/statistics.hpp"
#include "harness/simulated.hpp"
#include "harness/transport/completion.hpp"

namespace coordbench {
namespace {

constexpr int kReportTag = 2;
constexpr Time kSecond = 1'000'000'000;
constexpr Time kGrace = 5 * kSecond;        ///< beyond twice its budget, a case hangs
constexpr Time kReportGrace = 2 * kSecond;  ///< a rank that is silent so long after the deadline is stuck in the library
constexpr int kTagsOfCase = 2 * ControlTree::kTags + 2;  ///< a protocol has a second tree, rooted at its proposer

/// A case that is not over by then hangs: twice its budget and a grace, in which its buffers, at a byte a nanosecond, are
/// touched too. Exactly so many operations have no budget of their own, only the launch's.
Time deadline_of(const LaunchSetting& launch, const Case& planned, const Begin& begin) {
  const Time budget_ns = launch.options.operations ? launch.options.total_budget_ns : 2 * begin.budget_ns;
  return now_ns() + budget_ns + kGrace + planned.kernel->memory_bytes(planned.shape) * planned.members();
}

CaseRun::Setting setting_of(const LaunchSetting& launch, const Begin& begin) {
  const Case& planned = launch.plan.cases[static_cast<std::size_t>(begin.index)];
  const World::Group& group = launch.world.group(planned.members());
  const int lanes = launch.world.highest_tag() / kTagsOfCase - 1;
  const Options& options = launch.options;
  return {.planned = &planned,
          .kernel_communicator = group.kernel,
          .control_communicator = group.control,
          .tag = static_cast<int>(begin.index % lanes) * kTagsOfCase,
          .rule = {.precision = options.precision,
                   .max_operations = options.max_operations,
                   .exact_operations = options.operations.value_or(0),
                   .budget_ns = begin.budget_ns},
          .deadline = deadline_of(launch, planned, begin),
          .epoch_ns = launch.epoch_ns,
          .clock = launch.clocks.mine,
          .oversubscribed = launch.seating.oversubscribed,
          .neighbours = launch.nodes.neighbours(),
          .shared = launch.shared.region()};
}

void note(CaseReport& report, CaseReport::Status status, const char* text) {
  report.status = status;
  std::strncpy(report.text.data(), text, report.text.size() - 1);
}

/// This rank's part, from its first block to its report. What a process spends says nothing of a rank that shares it.
void run_kernel_of(CaseRun& run) {
  const std::int64_t cpu_before = cpu_time_ns(), switches_before = involuntary_switches();
  try {
    run.setting().planned->kernel->run(run);
  } catch (const TimedOut& timed_out) {
    note(run.report(), CaseReport::Status::timed_out, timed_out.what());
  } catch (const std::exception& error) {
    note(run.report(), CaseReport::Status::failed, error.what());
  }
  if constexpr (kSimulated) return;
  run.report().cpu_ns = cpu_time_ns() - cpu_before;
  run.report().involuntary_switches = involuntary_switches() - switches_before;
}

}  // namespace

void take_part(const LaunchSetting& launch, const Begin& begin) {
  CaseRun run(setting_of(launch, begin));
  run_kernel_of(run);
  await_turn(kReportTag, launch.world.control());
  MPI_Send(&run.report(), sizeof(CaseReport), MPI_BYTE, 0, kReportTag, launch.world.control());
}

DirectedCase::DirectedCase(const LaunchSetting& launch, const Begin& begin)
    : launch_(launch), run_(setting_of(launch, begin)), reports_(static_cast<std::size_t>(run_.setting().planned->members())) {
  result_.planned = run_.setting().planned;
}

bool DirectedCase::measure(const std::function<void()>& rank_0_stuck) {
  const StolenTime stolen_before = stolen_time();
  {
    std::optional<Watchdog> watchdog;
    if (!kSimulated && result_.planned->kernel->about.count_rule == CountRule::none)  // a simulator sees deadlocks
      watchdog.emplace(run_.setting().deadline + kReportGrace, rank_0_stuck);
    run_kernel_of(run_);
  }
  reports_[0] = run_.report();
  const bool everyone = collect_reports();
  const StolenTime stolen_after = stolen_time();
  stolen_ = !kSimulated && (stolen_after.steal_ticks != stolen_before.steal_ticks ||
                            stolen_after.throttled_periods != stolen_before.throttled_periods);
  return everyone;
}

void DirectedCase::rank_0_is_stuck() {
  for (CaseReport& report : reports_) note(report, CaseReport::Status::timed_out, "was not asked: rank 0 is stuck");
  note(reports_[0], CaseReport::Status::timed_out, "waiting inside the MPI library");
}

CaseResult& DirectedCase::conclude() {
  result_.samples = run_.samples();
  result_.block_ends = run_.block_ends();
  result_.stop_reason = run_.stop_reason();
  judge(result_, reports_, surroundings().clock_error_ns);
  const bool cut_short = run_.setting().rule.budget_ns < launch_.options.time_budget_ns;
  if (result_.stop_reason == StopReason::time_budget && cut_short) result_.stop_reason = StopReason::total_budget;
  if (result_.verdict == Verdict::timed_out) result_.stop_reason = StopReason::timed_out;
  std::vector<double> values = latencies(result_.samples, result_.planned->kernel->about.latency);
  result_.latency = summarise(values);
  result_.operations_per_second = operations_per_second(result_.samples, run_.sync() == Sync::none, run_.block_ends());
  result_.flags = flags_of(result_, surroundings());
  return result_;
}

bool DirectedCase::collect_reports() {
  const Time until = std::max(run_.setting().deadline, now_ns()) + kReportGrace;
  bool everyone = true;
  for (Rank from = 1; from < run_.setting().planned->members(); ++from) {
    CaseReport& report = reports_[static_cast<std::size_t>(from)];
    give_turn(from, kReportTag, launch_.world.control());
    MPI_Request request;
    MPI_Irecv(&report, sizeof report, MPI_BYTE, from, kReportTag, launch_.world.control(), &request);
    if constexpr (kSimulated) MPI_Wait(&request, MPI_STATUS_IGNORE);
    bool done = is_complete(request);
    while (!done && now_ns() < until) done = is_complete(request);
    if (done) continue;
    note(report, CaseReport::Status::timed_out, "gave no report; it is stuck inside the MPI library, or gone");
    everyone = false;
  }
  return everyone;
}

Surroundings DirectedCase::surroundings() const {
  Surroundings around{
      .oversubscribed = launch_.seating.oversubscribed, .timer_overhead_ns = launch_.timer_overhead_ns, .stolen = stolen_};
  const Time now = now_ns();
  for (std::size_t rank = 0; rank < reports_.size(); ++rank) {
    around.clock_error_ns = std::max(around.clock_error_ns, launch_.clocks.error_of(rank, now));
    around.switched |= reports_[rank].involuntary_switches > 0;
  }
  return around;
}

}  // namespace coordbench
