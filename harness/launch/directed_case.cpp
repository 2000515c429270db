#include "harness/launch/directed_case.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "harness/kernel.hpp"
#include "harness/launch/watchdog.hpp"
#include "harness/machine/host_facts.hpp"
#include "harness/machine/remark.hpp"
#include "harness/measure/statistics.hpp"
#include "harness/simulated.hpp"
#include "harness/transport/completion.hpp"
#include "harness/world/sleep.hpp"

namespace coordbench {
namespace {

constexpr int kReportTag = 2;
constexpr Time kGrace = 5 * kSecond;        ///< beyond twice its budget, a case hangs
constexpr Time kReportGrace = 2 * kSecond;  ///< a rank that is silent so long after the deadline is stuck in the library
constexpr Time kFailureGrace = kSecond;     ///< and so long after a failure, where no word reaches ranks in the library
constexpr Time kStealTick = 10'000'000;     ///< of /proc/stat
constexpr int kTagsOfCase = ControlTree::kTagsOfCase;

/// Assumes a byte a nanosecond.
Time time_to_touch_buffers(const Case& planned) { return planned.kernel->memory_bytes(planned.shape) * planned.members(); }

/// A case that is not over by then hangs. It has twice its budget, and a grace, in which its buffers are touched too. With
/// `--operations` only the launch's total budget applies.
Time deadline_of(const Options& options, const Case& planned, const Begin& begin) {
  const Time budget_ns = options.operations ? options.total_budget_ns : 2 * begin.budget_ns;
  return now_ns() + budget_ns + kGrace + time_to_touch_buffers(planned);
}

/// Whether ranks of the case wait inside the library, where they do not hear that another one has failed.
bool waits_in_library(const Case& planned) {
  const Kernel& kernel = *planned.kernel;
  return kSimulated ? kernel.family == Family::collective : kernel.about.count_rule == CountRule::none;
}

CaseRun::Setting setting_of(const LaunchSetting& launch, const Begin& begin) {
  const Case& planned = launch.agenda.plan.cases[static_cast<std::size_t>(begin.index)];
  const World::Group& group = launch.place.world.group(planned.members());
  const int lanes = launch.place.world.highest_tag() / kTagsOfCase - 1;
  const Options& options = launch.agenda.options;
  return {.planned = &planned,
          .kernel_communicator = group.kernel,
          .control_communicator = group.control,
          .tag = static_cast<int>(begin.index % lanes) * kTagsOfCase,
          .rule = {.precision = options.precision,
                   .max_operations = options.max_operations,
                   .exact_operations = options.operations.value_or(0),
                   .budget_ns = begin.budget_ns},
          .deadline = deadline_of(options, planned, begin),
          .epoch_ns = launch.timing.epoch_ns,
          .clock = launch.timing.clocks.mine,
          .oversubscribed = launch.place.seating.oversubscribed,
          .neighbours = launch.place.nodes.neighbours(),
          .reaches = ReachTable(launch.place.reaches),
          .shared = launch.place.shared.region()};
}

void fill_in(CaseReport& report, CaseReport::Status status, const std::string& text) {
  report.status = status;
  std::strncpy(report.text.data(), text.c_str(), report.text.size() - 1);
}

/// This rank's part, from its first block to its report. Simulated ranks share a process, so its CPU time is not theirs.
void run_kernel_of(CaseRun& run) {
  const std::int64_t cpu_before = cpu_time_ns(), switches_before = involuntary_switches();
  try {
    run.setting().planned->kernel->run(run);
  } catch (const TimedOut& timed_out) {
    fill_in(run.report(), CaseReport::Status::timed_out, timed_out.what());
  } catch (const Abandoned& abandoned) {
    fill_in(run.report(), CaseReport::Status::abandoned, abandoned.what());
  } catch (const std::exception& error) {
    fill_in(run.report(), CaseReport::Status::failed, in_words(error));
  }
  if constexpr (kSimulated) return;
  run.report().cpu_ns = cpu_time_ns() - cpu_before;
  run.report().involuntary_switches = involuntary_switches() - switches_before;
}

/// Reports a failure to rank 0, which may be waiting inside the library. The send is synchronous: it completes only if rank 0
/// is outside the library and takes the report. If it never does, all ranks must end.
void report_or_end_launch(const World& world, CaseRun& run) {
  if constexpr (!kSimulated) {
    MPI_Request sending;
    MPI_Issend(&run.report(), sizeof(CaseReport), MPI_BYTE, 0, kReportTag, world.control(), &sending);
    if (sleep_until_done(sending, now_ns() + kFailureGrace + time_to_touch_buffers(*run.setting().planned))) return;
  }
  remark(
      "coordbench: {} failed (rank {} failed: {}) while rank 0 waited inside the MPI library; the launch ends here, without "
      "this case, and finished cases are on disk.\n",
      run.setting().planned->name, world.rank(), run.report().text.data());
  world.abandon(kSomeCaseFailed);
}

}  // namespace

void take_part(const LaunchSetting& launch, const Begin& begin) {
  CaseRun run(setting_of(launch, begin));
  run_kernel_of(run);
  if (run.report().status == CaseReport::Status::failed && waits_in_library(*run.setting().planned))
    return report_or_end_launch(launch.place.world, run);
  await_turn(kReportTag, launch.place.world.control());
  MPI_Send(&run.report(), sizeof(CaseReport), MPI_BYTE, 0, kReportTag, launch.place.world.control());
}

DirectedCase::DirectedCase(const LaunchSetting& launch, const Begin& begin)
    : launch_(launch), run_(setting_of(launch, begin)), reports_(static_cast<std::size_t>(run_.setting().planned->members())) {
  result_.planned = run_.setting().planned;
}

bool DirectedCase::measure(const std::function<void()>& rank_0_stuck) {
  const StolenTime stolen_before = stolen_time();
  const Time began = now_ns();
  {
    std::optional<Watchdog> watchdog;
    if (!kSimulated && result_.planned->kernel->about.count_rule == CountRule::none)  // a simulator sees deadlocks
      watchdog.emplace(run_.setting().deadline + kReportGrace, rank_0_stuck);
    run_kernel_of(run_);
  }
  reports_[0] = run_.report();
  const bool everyone = collect_reports();
  const StolenTime stolen_after = stolen_time();
  if constexpr (kSimulated) return everyone;
  const auto stolen_ns = static_cast<double>((stolen_after.steal_ticks - stolen_before.steal_ticks) * kStealTick);
  stolen_share_ = stolen_ns / static_cast<double>(now_ns() - began);
  throttled_ = stolen_after.throttled_periods != stolen_before.throttled_periods;
  return everyone;
}

void DirectedCase::rank_0_is_stuck() {
  for (CaseReport& report : reports_) fill_in(report, CaseReport::Status::timed_out, "was not asked: rank 0 is stuck");
  fill_in(reports_[0], CaseReport::Status::timed_out, "waiting inside the MPI library");
}

CaseResult& DirectedCase::conclude() {
  result_.samples = run_.samples();
  result_.block_ends = run_.block_ends();
  result_.stop_reason = run_.stop_reason();
  judge(result_, reports_, surroundings().clock_error_ns);
  const bool cut_short = run_.setting().rule.budget_ns < launch_.agenda.options.time_budget_ns;
  if (result_.stop_reason == StopReason::time_budget && cut_short) result_.stop_reason = StopReason::total_budget;
  if (result_.verdict == Verdict::timed_out) result_.stop_reason = StopReason::timed_out;
  std::vector<double> values = latencies(result_.samples, result_.planned->kernel->about.latency);
  result_.latency = summarise_launch(values);
  result_.operations_per_second = operations_per_second(result_.samples, run_.sync() == Sync::none, run_.block_ends());
  result_.flags = flags_of(result_, surroundings());
  return result_;
}

bool DirectedCase::collect_reports() {
  if (kSimulated && run_.report().status == CaseReport::Status::failed && waits_in_library(*run_.setting().planned))
    return false;
  const MPI_Comm control = launch_.place.world.control();
  std::vector<MPI_Request> requests(reports_.size(), MPI_REQUEST_NULL);
  for (Rank from = 1; from < run_.setting().planned->members(); ++from) {
    const auto at = static_cast<std::size_t>(from);
    give_turn(from, kReportTag, control);
    MPI_Irecv(&reports_[at], sizeof(CaseReport), MPI_BYTE, from, kReportTag, control, &requests[at]);
    if constexpr (kSimulated) MPI_Wait(&requests[at], MPI_STATUS_IGNORE);
  }
  if (await_reports(requests)) return true;
  for (std::size_t from = 1; from < reports_.size(); ++from)
    if (requests[from] != MPI_REQUEST_NULL)
      fill_in(reports_[from], CaseReport::Status::timed_out, "gave no report; it is stuck inside the MPI library, or gone");
  return false;
}

/// True if all reports came. False once a rank has been silent so long that its report will never come; after a failure that
/// is soon.
bool DirectedCase::await_reports(std::vector<MPI_Request>& requests) {
  const Case& planned = *run_.setting().planned;
  Time until = std::max(run_.setting().deadline, now_ns()) + kReportGrace;
  bool is_failure_known = false;
  for (int everyone = 0;;) {
    MPI_Testall(static_cast<int>(requests.size()), requests.data(), &everyone, MPI_STATUSES_IGNORE);
    if (everyone) return true;
    if (now_ns() > until) break;
    const bool has_failed = run_.report().status == CaseReport::Status::failed || run_.bell().failed() >= 0;
    if (!has_failed || !waits_in_library(planned) || std::exchange(is_failure_known, true)) continue;
    until = std::min(until, now_ns() + kFailureGrace + time_to_touch_buffers(planned));
  }
  for (MPI_Request& request : requests) is_complete(request);  // Testall completes none unless it completes all
  return false;
}

Surroundings DirectedCase::surroundings() const {
  Surroundings around{.oversubscribed = launch_.place.seating.oversubscribed,
                      .timer_overhead_ns = launch_.timing.timer_overhead_ns,
                      .stolen_share = stolen_share_,
                      .throttled = throttled_};
  const Time now = now_ns();
  for (std::size_t rank = 0; rank < reports_.size(); ++rank)
    around.clock_error_ns = std::max(around.clock_error_ns, launch_.timing.clocks.error_of(rank, now));
  return around;
}

}  // namespace coordbench
