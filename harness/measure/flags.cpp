#include "harness/measure/flags.hpp"

#include <algorithm>

#include "harness/kernel.hpp"
#include "harness/measure/statistics.hpp"

namespace coordbench {
namespace {

/// The share of operations beyond the largest percentile that so many samples show. If fewer than these were slow because of
/// the machine, the percentile is still one of the others, and the median moves by less than the noise between launches.
double share_beyond_percentiles(std::int64_t operations) {
  return static_cast<std::size_t>(operations) >= samples_needed(0.99) ? 0.01 : 0.1;
}

/// Behind a start line a switch delays at most one operation, so their number decides. In a stream it delays everything, for as
/// long as Linux lets another task run, and the rate is the result; 5 % of the time that operations took would show.
bool could_switches_show(const CaseResult& result) {
  constexpr double kSliceNs = 3e6, kShows = 0.05;
  const auto switches = static_cast<double>(result.involuntary_switches);
  const auto operations = static_cast<double>(result.samples.operations);
  if (result.planned->sync != Sync::none) return switches > share_beyond_percentiles(result.samples.operations) * operations;
  return switches * kSliceNs * result.operations_per_second > kShows * operations * 1e9;
}

}  // namespace

std::uint32_t flags_of(const CaseResult& result, const Surroundings& surroundings) {
  std::uint32_t flags = 0;
  const auto raise = [&](bool condition, Flag flag) { flags |= condition ? bit(flag) : 0U; };
  const auto& slack = result.samples.start_slack_ns;
  const auto late = std::count_if(slack.begin(), slack.end(), [](std::int64_t ns) { return ns < 0; });
  const bool crosses_clocks = result.planned->kernel->about.latency != Latency::proposer;
  raise(surroundings.oversubscribed, Flag::oversubscribed);
  raise(10 * late > static_cast<std::int64_t>(slack.size()), Flag::late_starts);
  raise(crosses_clocks && 2 * surroundings.clock_error_ns > result.latency.p50, Flag::clock_bound);
  raise(5 * surroundings.timer_overhead_ns > result.latency.p50, Flag::timer_overhead);
  const bool is_stolen = surroundings.stolen_share > share_beyond_percentiles(result.samples.operations);
  raise(is_stolen || surroundings.throttled, Flag::steal);
  raise(could_switches_show(result), Flag::involuntary_switches);
  raise(result.samples.operations < 1000, Flag::few_samples);
  return flags;
}

}  // namespace coordbench
