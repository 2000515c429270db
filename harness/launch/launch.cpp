#include "harness/launch/launch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "harness/kernel.hpp"
#include "harness/launch/begin.hpp"
#include "harness/launch/directed_case.hpp"
#include "harness/launch/signals.hpp"
#include "harness/results/report.hpp"

namespace coordbench {
namespace {

constexpr Time kClocksAreKnownFor = 10'000'000'000;

void tell_first(const World& world, int ranks, const Begin& begin) {
  for (Rank to = 1; to < ranks; ++to) tell(world, to, begin);
}

/// The whole plan, case by case.
class Director {
 public:
  Director(const LaunchSetting& launch, const Keep& keep, const KeepCalibration& keep_calibration)
      : launch_(launch), keep_(keep), keep_calibration_(keep_calibration), progress_(launch.due.size()) {}

  Measured run() {
    int block = -1;
    for (const std::size_t index : launch_.due) {
      const Begin begin{.index = static_cast<std::int64_t>(index), .budget_ns = budget()};
      if (begin.budget_ns <= 0 || is_end_asked()) break;
      if (may_outlast_clocks(begin)) look_at_clocks();
      if (cases()[index].block != std::exchange(block, cases()[index].block)) calibrate();
      progress_.show(measured_.cases, cases()[index].name);
      measure(begin);
    }
    if (!is_end_asked()) calibrate();
    look_at_clocks();
    progress_.wipe();
    say_what_is_not_known();
    if (measured_.cases < launch_.due.size()) say_what_is_lacking();
    return measured_;
  }

 private:
  /// Around every block of cases, so that the parameters are of the same machine as the cases are, however it drifts.
  void calibrate() {
    if (!launch_.pairs) return;
    coordbench::calibrate(launch_, passes_++, loggp_);
    keep_calibration_(loggp_);
  }

  void say_what_is_not_known() const {
    if (launch_.clocks.check != "ok") fmt::print(stderr, "coordbench: {}; do not trust its stamps.\n", launch_.clocks.check);
    for (const LevelModel& model : loggp_.levels)
      if (!model.refused.empty())
        fmt::print(stderr, "coordbench: no parameters of messages over the distance {}: {}.\n", model.level, model.refused);
  }

  void say_what_is_lacking() {
    const std::size_t lacking = launch_.due.size() - measured_.cases;
    if (is_end_asked()) {
      measured_.status = kEndAsked;
      fmt::print(stderr, "coordbench: asked to end before {} of {} cases; --resume goes on with them.\n", lacking,
                 launch_.due.size());
    } else {
      fmt::print(stderr, "coordbench: the total budget ended before {} of {} cases; --total-budget raises it.\n", lacking,
                 launch_.due.size());
    }
  }

  /// Whether the clocks may have been compared too long ago by the end of a case, or have been already where nobody knows how
  /// long it will take.
  [[nodiscard]] bool may_outlast_clocks(const Begin& begin) const {
    const Time budget_ns = launch_.options.operations ? 0 : begin.budget_ns;
    const Time end = now_ns() + budget_ns;
    return end - launch_.clocks.known_at > kClocksAreKnownFor || launch_.clocks.are_vague_at(end);
  }

  void measure(const Begin& begin) {
    const Case& planned = cases()[static_cast<std::size_t>(begin.index)];
    tell_first(launch_.world, planned.members(), begin);
    DirectedCase directed(launch_, begin);
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
  [[noreturn]] void end_here(DirectedCase& directed) {
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
  int passes_ = 0;
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
    take_part(launch, begin);
  }
}

}  // namespace coordbench
