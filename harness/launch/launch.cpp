#include "harness/launch/launch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "harness/kernel.hpp"
#include "harness/launch/begin.hpp"
#include "harness/launch/signals.hpp"
#include "harness/launch/watchdog.hpp"
#include "harness/machine/host_facts.hpp"
#include "harness/measure/statistics.hpp"
#include "harness/measure/verdict.hpp"
#include "harness/results/report.hpp"
#include "harness/simulated.hpp"
#include "harness/transport/completion.hpp"

namespace coordbench {
namespace {

constexpr int kReportTag = 2;
constexpr Time kSecond = 1'000'000'000;
constexpr Time kGrace = 5 * kSecond;        ///< beyond twice its budget, a case hangs
constexpr Time kReportGrace = 2 * kSecond;  ///< a rank that is silent so long after the deadline is stuck in the library
constexpr int kTagsOfCase = 2 * ControlTree::kTags + 2;  ///< a protocol has a second tree, rooted at its proposer

constexpr Time kClocksAreKnownFor = 10 * kSecond;

void tell_first(const World& world, int ranks, const Begin& begin) {
  for (Rank to = 1; to < ranks; ++to) tell(world, to, begin);
}

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
void take_part(CaseRun& run) {
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

/// Rank 0's view of one case: its own part, then everybody's report.
class Directed {
 public:
  Directed(const LaunchSetting& launch, const Begin& begin)
      : launch_(launch),
        run_(setting_of(launch, begin)),
        reports_(static_cast<std::size_t>(run_.setting().planned->members())) {
    result_.planned = run_.setting().planned;
  }

  /// False if a rank is stuck inside the library, so that no further case can be run. `rank_0_stuck` is called, from the
  /// watchdog, if that is this rank.
  bool measure(const std::function<void()>& rank_0_stuck) {
    const StolenTime stolen_before = stolen_time();
    {
      std::optional<Watchdog> watchdog;
      if (!kSimulated && result_.planned->kernel->about.count_rule == CountRule::none)  // a simulator sees deadlocks
        watchdog.emplace(run_.setting().deadline + kReportGrace, rank_0_stuck);
      take_part(run_);
    }
    reports_[0] = run_.report();
    const bool everyone = collect_reports();
    const StolenTime stolen_after = stolen_time();
    stolen_ = !kSimulated && (stolen_after.steal_ticks != stolen_before.steal_ticks ||
                              stolen_after.throttled_periods != stolen_before.throttled_periods);
    return everyone;
  }

  /// The library kept rank 0 itself: in place of `measure`'s return. The others were not heard.
  void rank_0_is_stuck() {
    for (CaseReport& report : reports_) note(report, CaseReport::Status::timed_out, "was not asked: rank 0 is stuck");
    note(reports_[0], CaseReport::Status::timed_out, "waiting inside the MPI library");
  }

  CaseResult& conclude() {
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

 private:
  bool collect_reports() {
    const Time until = std::max(run_.setting().deadline, now_ns()) + kReportGrace;
    bool everyone = true;
    for (Rank from = 1; from < run_.setting().planned->members(); ++from) {
      CaseReport& report = reports_[static_cast<std::size_t>(from)];
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

  [[nodiscard]] Surroundings surroundings() const {
    Surroundings around{
        .oversubscribed = launch_.seating.oversubscribed, .timer_overhead_ns = launch_.timer_overhead_ns, .stolen = stolen_};
    const Time now = now_ns();
    for (std::size_t rank = 0; rank < reports_.size(); ++rank) {
      around.clock_error_ns = std::max(around.clock_error_ns, launch_.clocks.error_of(rank, now));
      around.switched |= reports_[rank].involuntary_switches > 0;
    }
    return around;
  }

  const LaunchSetting& launch_;
  CaseRun run_;
  std::vector<CaseReport> reports_;
  bool stolen_ = false;
  CaseResult result_;
};

/// The whole plan, case by case.
class Director {
 public:
  Director(const LaunchSetting& launch, const Keep& keep, const KeepCalibration& keep_calibration)
      : launch_(launch), keep_(keep), keep_calibration_(keep_calibration), progress_(launch.due.size()) {}

  Measured run() {
    calibrate(0);
    for (const std::size_t index : launch_.due) {
      const Begin begin{.index = static_cast<std::int64_t>(index), .budget_ns = budget()};
      if (begin.budget_ns <= 0) break;
      if (now_ns() - launch_.clocks.known_at > kClocksAreKnownFor) look_at_clocks();
      progress_.show(measured_.cases, cases()[index].name);
      measure(begin);
    }
    if (!launch_.due.empty()) calibrate(1);
    look_at_clocks();
    progress_.wipe();
    if (measured_.cases < launch_.due.size())
      fmt::print(stderr, "coordbench: the total budget ended before {} of {} cases; --total-budget raises it.\n",
                 launch_.due.size() - measured_.cases, launch_.due.size());
    return measured_;
  }

 private:
  void calibrate(int pass) {
    if (!launch_.pairs) return;
    coordbench::calibrate(launch_, pass, loggp_);
    keep_calibration_(loggp_);
  }

  void measure(const Begin& begin) {
    const Case& planned = cases()[static_cast<std::size_t>(begin.index)];
    tell_first(launch_.world, planned.members(), begin);
    Directed directed(launch_, begin);
    const auto rank_0_stuck = [&] {
      directed.rank_0_is_stuck();
      end_here(directed);
    };
    if (!directed.measure(rank_0_stuck)) end_here(directed);
    const CaseResult& result = directed.conclude();
    if (result.verdict != Verdict::ok) measured_.status = kSomeCaseFailed;
    ++measured_.cases;
    keep_(result);
  }

  /// Where ranks have different ones, which drift apart.
  void look_at_clocks() {
    if (launch_.clocks.agree()) return;
    tell_first(launch_.world, launch_.world.size(), {.index = Begin::kCompareClocks});
    compare_clocks(launch_.world, launch_.clocks);
  }

  /// A rank will never come back from the library: what is finished is on disk, and no further case can be run.
  [[noreturn]] void end_here(Directed& directed) {
    const CaseResult& result = directed.conclude();
    keep_(result);
    progress_.wipe();
    fmt::print(stderr, "coordbench: {} timed out ({}); the launch ends here, finished cases are on disk.\n",
               result.planned->name, result.detail);
    remove_leftovers();
    _exit(kSomeCaseFailed);
  }

  /// A case may use up to twice its even share of what is left of the total budget: most stop long before.
  [[nodiscard]] Time budget() const {
    const Time left = launch_.options.total_budget_ns - (now_ns() - launch_.epoch_ns);
    return std::min(launch_.options.time_budget_ns, 2 * left / static_cast<Time>(launch_.due.size() - measured_.cases));
  }
  [[nodiscard]] const std::vector<Case>& cases() const { return launch_.plan.cases; }

  const LaunchSetting& launch_;
  const Keep& keep_;
  const KeepCalibration& keep_calibration_;
  LogGp loggp_;
  Progress progress_;
  Measured measured_;
};

}  // namespace

std::set<int> rank_counts(const Plan& plan) {
  std::set<int> counts;
  for (const Case& planned : plan.cases) counts.insert(planned.members());
  return counts;
}

void dismiss(const World& world, int status) { tell_first(world, world.size(), {.index = Begin::kOver, .status = status}); }

Measured direct(const LaunchSetting& launch, const Keep& keep, const KeepCalibration& keep_calibration) {
  try {
    const Measured measured = Director(launch, keep, keep_calibration).run();
    dismiss(launch.world, measured.status);
    return measured;
  } catch (const std::exception&) {
    dismiss(launch.world, kNotWritten);
    throw;
  }
}

int follow(const LaunchSetting& launch) {
  for (;;) {
    Begin begin;
    MPI_Request request;
    MPI_Irecv(&begin, sizeof begin, MPI_BYTE, 0, kBeginTag, launch.world.control(), &request);
    sleep_until_done(request);
    if (begin.index == Begin::kOver) return static_cast<int>(begin.status);
    if (begin.index == Begin::kCompareClocks) {
      compare_clocks(launch.world, launch.clocks);
      continue;
    }
    if (begin.index == Begin::kCalibrate) {
      probe_as_member(launch, static_cast<std::size_t>(begin.status), static_cast<int>(begin.pass));
      continue;
    }
    CaseRun run(setting_of(launch, begin));
    take_part(run);
    MPI_Send(&run.report(), sizeof(CaseReport), MPI_BYTE, 0, kReportTag, launch.world.control());
  }
}

}  // namespace coordbench
