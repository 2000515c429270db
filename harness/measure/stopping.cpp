#include "harness/measure/stopping.hpp"

#include <algorithm>

#include "harness/measure/statistics.hpp"

namespace coordbench {
namespace {

constexpr std::int64_t kFirstBlock = 4;

std::int64_t next_checkpoint(std::int64_t done) {
  if (done < StoppingRule::kSamplesMin && 2 * done > StoppingRule::kSamplesMin) return StoppingRule::kSamplesMin;
  return std::max(kFirstBlock, 2 * done);
}

}  // namespace

Decision decide(const StoppingRule& rule, std::int64_t done, Time spent_ns, const LatencySummary& latency) {
  const std::int64_t most = rule.operations_max();
  if (done >= most) return {0, rule.exact_operations > 0 ? StopReason::fixed_operations : StopReason::max_operations};
  const std::int64_t block = std::min(next_checkpoint(done), most) - done;
  if (rule.exact_operations > 0) return {block, StopReason::fixed_operations};
  if (done >= StoppingRule::kSamplesMin && relative_half_width(latency) <= rule.precision) return {0, StopReason::precision};
  if (done == 0) return {block, StopReason::precision};
  const std::int64_t affordable = spent_ns > 0 ? (rule.budget_ns - spent_ns) / std::max<Time>(1, spent_ns / done) : block;
  if (spent_ns >= rule.budget_ns || affordable < 1) return {0, StopReason::time_budget};
  return {std::min(block, affordable), StopReason::precision};
}

}  // namespace coordbench
