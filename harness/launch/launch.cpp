#include "harness/launch/launch.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "harness/kernel.hpp"
#include "harness/launch/begin.hpp"
#include "harness/launch/directed_case.hpp"
#include "harness/launch/signals.hpp"
#include "harness/machine/remark.hpp"
#include "harness/results/progress.hpp"
#include "harness/world/sleep.hpp"

namespace coordbench {
namespace {

constexpr Time kClocksAreKnownFor = 10'000'000'000;

void tell_first(const World& world, int ranks, const Begin& begin) {
  for (Rank to = 1; to < ranks; ++to) tell(world, to, begin);
}

CalibrationPass calibration_pass(const LaunchSetting& launch, int number) {
  return {.world = launch.place.world,
          .pairs = launch.place.pairs.pairs(),
          .bytes = launch.agenda.probed_bytes,
          .number = number,
          .seed = launch.agenda.options.seed.value() + static_cast<std::uint64_t>(number),
          .alone = launch.agenda.due.empty(),
          .yields = launch.place.seating.oversubscribed,
          .clock = launch.timing.clocks.mine,
          .timer_ns = launch.timing.timer_overhead_ns};
}

/// The whole plan, case by case.
class Director {
 public:
  Director(const LaunchSetting& launch, const Keep& keep, const KeepCalibration& keep_calibration)
      : launch_(launch), keep_(keep), keep_calibration_(keep_calibration), progress_(launch.agenda.due.size()) {}

  Directed run() {
    int block = -1;
    for (const std::size_t index : launch_.agenda.due) {
      const Begin begin{.index = static_cast<std::int64_t>(index), .budget_ns = budget()};
      if (begin.budget_ns <= 0 || is_end_asked()) break;
      if (may_outlast_clocks(begin)) look_at_clocks();
      if (cases()[index].block != std::exchange(block, cases()[index].block)) calibrate();
      progress_.show(end_.cases, cases()[index].name);
      measure(begin);
    }
    if (!is_end_asked()) calibrate();
    if (kept_passes_ < passes_) keep_calibration();
    look_at_clocks();
    progress_.wipe();
    say_what_is_not_known();
    if (end_.cases < launch_.agenda.due.size()) say_what_is_lacking();
    return end_;
  }

 private:
  /// Calibrates before and after every block of cases, so that a drift of the machine affects parameters and cases alike.
  void calibrate() {
    if (launch_.place.pairs.pairs().empty()) return;
    const int pass = passes_++;
    coordbench::calibrate(calibration_pass(launch_, pass), loggp_, [&](Rank rank, std::size_t pair) {
      tell(launch_.place.world, rank, {.index = Begin::kCalibrate, .status = static_cast<std::int64_t>(pair), .pass = pass});
    });
    if (4 * passes_ >= 5 * kept_passes_) keep_calibration();
  }

  /// Writes all passes anew each time. It does so more and more rarely, so that the cost a case does not grow.
  void keep_calibration() {
    keep_calibration_(loggp_);
    kept_passes_ = passes_;
  }

  void say_what_is_not_known() const {
    if (launch_.timing.clocks.check != "ok") remark("coordbench: {}; do not trust its stamps.\n", launch_.timing.clocks.check);
    for (const LevelModel& model : loggp_.levels)
      if (!model.refused.empty())
        remark("coordbench: no parameters of messages over the distance {}: {}.\n", model.level, model.refused);
  }

  void say_what_is_lacking() {
    const std::size_t lacking = launch_.agenda.due.size() - end_.cases;
    if (is_end_asked()) {
      end_.status = kEndAsked;
      remark("coordbench: asked to end before {} of {} cases; --resume goes on with them.\n", lacking,
             launch_.agenda.due.size());
    } else {
      end_.status = std::max(end_.status, kSomeCaseFailed);
      remark("coordbench: the total budget ended before {} of {} cases; --resume with a larger --total-budget goes on.\n",
             lacking, launch_.agenda.due.size());
    }
  }

  /// True if the last clock comparison will be too old when this case ends, or already is if its length is unknown.
  [[nodiscard]] bool may_outlast_clocks(const Begin& begin) const {
    const Time budget_ns = launch_.agenda.options.operations ? 0 : begin.budget_ns;
    const Time end = now_ns() + budget_ns;
    return end - launch_.timing.clocks.known_at > kClocksAreKnownFor || launch_.timing.clocks.are_vague_at(end);
  }

  void measure(const Begin& begin) {
    const Case& planned = cases()[static_cast<std::size_t>(begin.index)];
    tell_first(launch_.place.world, planned.members(), begin);
    DirectedCase directed(launch_, begin);
    const auto rank_0_stuck = [&] {
      directed.rank_0_is_stuck();
      end_here(directed);
    };
    if (!directed.measure(rank_0_stuck)) end_here(directed);
    const CaseResult& result = directed.conclude();
    if (result.verdict != Verdict::ok) end_.status = kSomeCaseFailed;
    ++end_.cases;
    keep_(result);
  }

  /// Clocks of different boots drift apart, so they are compared again.
  void look_at_clocks() {
    if (launch_.timing.clocks.agree()) return;
    tell_first(launch_.place.world, launch_.place.world.size(), {.index = Begin::kCompareClocks});
    compare_clocks(launch_.place.world, launch_.timing.clocks);
  }

  /// A rank is stuck in the library. Finished cases are on disk, and no further case can be run.
  [[noreturn]] void end_here(DirectedCase& directed) {
    const CaseResult& result = directed.conclude();
    keep_(result);
    progress_.wipe();
    remark("coordbench: {} {} ({}); the launch ends here, finished cases are on disk.\n", result.planned->name,
           result.verdict == Verdict::timed_out ? "timed out" : "failed", result.detail);
    remove_leftovers();
    _exit(kSomeCaseFailed);
  }

  /// A case may use up to twice its even share of what is left of the total budget: most stop long before.
  [[nodiscard]] Time budget() const {
    const Time left = launch_.agenda.options.total_budget_ns - (now_ns() - launch_.timing.epoch_ns);
    return std::min(launch_.agenda.options.time_budget_ns,
                    2 * left / static_cast<Time>(launch_.agenda.due.size() - end_.cases));
  }
  [[nodiscard]] const std::vector<Case>& cases() const { return launch_.agenda.plan.cases; }

  const LaunchSetting& launch_;
  const Keep& keep_;
  const KeepCalibration& keep_calibration_;
  LogGp loggp_;
  int passes_ = 0, kept_passes_ = 0;
  Progress progress_;
  Directed end_;
};

}  // namespace

std::set<int> rank_counts(const Plan& plan) {
  std::set<int> counts;
  for (const Case& planned : plan.cases) counts.insert(planned.members());
  return counts;
}

void dismiss(const World& world, int status) { tell_first(world, world.size(), {.index = Begin::kOver, .status = status}); }

Directed direct(const LaunchSetting& launch, const Keep& keep, const KeepCalibration& keep_calibration) {
  try {
    const Directed measured = Director(launch, keep, keep_calibration).run();
    dismiss(launch.place.world, measured.status);
    return measured;
  } catch (const std::exception&) {
    dismiss(launch.place.world, kNotWritten);
    throw;
  }
}

int follow(const LaunchSetting& launch) {
  for (;;) {
    Begin begin;
    MPI_Request request;
    MPI_Irecv(&begin, sizeof begin, MPI_BYTE, 0, kBeginTag, launch.place.world.control(), &request);
    sleep_until_done(request);
    if (begin.index == Begin::kOver) return static_cast<int>(begin.status);
    if (begin.index == Begin::kCompareClocks) {
      compare_clocks(launch.place.world, launch.timing.clocks);
      continue;
    }
    if (begin.index == Begin::kCalibrate) {
      probe_as_member(calibration_pass(launch, static_cast<int>(begin.pass)), static_cast<std::size_t>(begin.status));
      continue;
    }
    take_part(launch, begin);
  }
}

}  // namespace coordbench
