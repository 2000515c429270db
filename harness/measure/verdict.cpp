#include "harness/measure/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/kernel.hpp"
#include "harness/measure/statistics.hpp"

namespace coordbench {
namespace {

void fail(CaseResult& result, Verdict verdict, std::string detail) {
  if (result.verdict != Verdict::ok) return;
  result.verdict = verdict;
  result.detail = std::move(detail);
}

void check_endings(CaseResult& result, std::span<const CaseReport> reports) {
  std::string waiting;
  for (std::size_t rank = 0; rank < reports.size(); ++rank)
    if (reports[rank].status == CaseReport::Status::timed_out)
      waiting += fmt::format("{}rank {} {}", waiting.empty() ? "" : "; ", rank, reports[rank].text.data());
  for (std::size_t rank = 0; rank < reports.size(); ++rank)  // the cause, where the others waited for a rank that had given up
    if (reports[rank].status == CaseReport::Status::failed)
      fail(result, Verdict::wrong_answer, fmt::format("rank {} failed: {}", rank, reports[rank].text.data()));
  if (!waiting.empty()) fail(result, Verdict::timed_out, waiting);
}

void check_answers(CaseResult& result, std::span<const CaseReport> reports) {
  for (std::size_t rank = 0; rank < reports.size(); ++rank)
    if (reports[rank].wrong_answers > 0)
      fail(result, Verdict::wrong_answer,
           fmt::format("rank {}: {} answers of {} operations wrong or missing, first operation {}", rank,
                       reports[rank].wrong_answers, result.samples.operations, reports[rank].first_wrong));
}

void check_barriers(CaseResult& result, double clock_error_ns) {
  const Samples& samples = result.samples;
  if (result.planned->kernel->about.latency != Latency::barrier) return;
  for (std::int64_t k = 0; k < samples.operations; ++k) {
    const auto row = k * samples.ranks, next = row + samples.ranks;
    const auto last_start = *std::max_element(samples.start_ns.begin() + row, samples.start_ns.begin() + next);
    const auto first_end = *std::min_element(samples.end_ns.begin() + row, samples.end_ns.begin() + next);
    if (static_cast<double>(last_start - first_end) > 2 * clock_error_ns)
      return fail(result, Verdict::wrong_answer,
                  fmt::format("operation {}: a rank left the barrier {} ns before another came", k, last_start - first_end));
  }
}

/// Over the blocks: what is proposed back to back may share messages.
double expected_messages(const CaseResult& result) {
  double expected = 0;
  std::int64_t before = 0;
  for (const std::int64_t end : result.block_ends) {
    expected += result.planned->kernel->messages(result.planned->shape, end - before);
    before = end;
  }
  return expected;
}

void check_counts(CaseResult& result) {
  const Kernel& kernel = *result.planned->kernel;
  if (kernel.about.count_rule != CountRule::exact) return;
  std::int64_t sent = 0, received = 0;
  for (const Traffic& traffic : result.traffic) {
    sent += traffic.messages_sent - traffic.background_messages;
    received += traffic.messages_received;
  }
  const std::int64_t expected = std::llround(expected_messages(result));
  if (sent != expected)
    fail(result, Verdict::count_mismatch, fmt::format("{} messages sent, {} expected", sent, expected));
  else if (received < sent)
    fail(result, Verdict::count_mismatch, fmt::format("{} messages sent, {} received", sent, received));
  if (result.samples.operations > 0 && result.delays != result.expected_delays)
    fail(result, Verdict::count_mismatch,
         fmt::format("delays at the marks {}, {} expected", fmt::join(result.delays, " "),
                     fmt::join(result.expected_delays, " ")));
}

/// Of those that are expected, and only where ranks sit so that the kernel's closed form holds.
void check_counts_between_nodes(CaseResult& result) {
  const Kernel& kernel = *result.planned->kernel;
  const double operations = static_cast<double>(result.samples.operations);
  double& expected = result.expected_messages_between_nodes_per_operation;
  expected = std::numeric_limits<double>::quiet_NaN();
  if (kernel.messages_between_nodes == nullptr || operations == 0) return;
  expected = static_cast<double>(kernel.messages_between_nodes(result.planned->shape));
  std::int64_t sent = 0;
  for (const Traffic& traffic : result.traffic) sent += traffic.messages_between_nodes;
  if (sent != std::llround(expected * operations))
    fail(result, Verdict::count_mismatch,
         fmt::format("{} messages sent between nodes, {} expected", sent, expected * operations));
}

}  // namespace

void judge(CaseResult& result, std::span<const CaseReport> reports, double clock_error_ns) {
  const Kernel& kernel = *result.planned->kernel;
  const Shape& shape = result.planned->shape;
  result.expected_messages_per_operation = kernel.about.count_rule == CountRule::none || result.samples.operations == 0
                                               ? std::numeric_limits<double>::quiet_NaN()
                                               : expected_messages(result) / static_cast<double>(result.samples.operations);
  for (std::size_t mark = 0; mark < kernel.marks.size(); ++mark) {
    std::int64_t deepest = -1;
    for (const CaseReport& report : reports) deepest = std::max(deepest, report.deepest[mark]);
    result.delays.push_back(deepest);
    result.expected_delays.push_back(kernel.delays(shape, static_cast<int>(mark)));
  }
  for (const CaseReport& report : reports) {
    result.traffic.push_back(report.traffic);
    result.control_messages += report.control_messages;
    result.cpu_ns += report.cpu_ns;
  }
  result.verdict = Verdict::ok;
  check_endings(result, reports);
  check_answers(result, reports);
  check_barriers(result, clock_error_ns);
  check_counts(result);
  check_counts_between_nodes(result);
}

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
  raise(surroundings.stolen, Flag::steal);
  raise(surroundings.switched, Flag::involuntary_switches);
  raise(result.samples.operations < 1000, Flag::few_samples);
  return flags;
}

}  // namespace coordbench
