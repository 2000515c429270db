#include "harness/measure/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/kernel.hpp"
#include "harness/measure/staleness.hpp"

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
  for (std::size_t rank = 0; rank < reports.size(); ++rank)  // the rank that failed first: the others only waited for it
    if (reports[rank].status == CaseReport::Status::failed)
      fail(result, Verdict::failed, fmt::format("rank {} failed: {}", rank, reports[rank].text.data()));
  if (!waiting.empty()) fail(result, Verdict::timed_out, waiting);
  for (std::size_t rank = 0; rank < reports.size(); ++rank)
    if (reports[rank].status == CaseReport::Status::abandoned)
      fail(result, Verdict::failed, fmt::format("rank {} gave up: {}", rank, reports[rank].text.data()));
}

/// Whether a wrong answer is a result, not a failure.
bool errs_under_loss(const Case& planned) {
  return planned.shape.loss.any() && planned.kernel->under_loss != nullptr &&
         planned.kernel->under_loss(planned.shape) == UnderLoss::errs;
}

void check_answers(CaseResult& result, std::span<const CaseReport> reports) {
  if (errs_under_loss(*result.planned)) return;
  for (std::size_t rank = 0; rank < reports.size(); ++rank) {
    const CaseReport& report = reports[rank];
    if (report.wrong_answers == 0) continue;
    const std::string first = report.first_wrong < 0 ? "" : fmt::format(", first operation {}", report.first_wrong);
    fail(result, Verdict::wrong_answer,
         fmt::format("rank {}: {} answers of {} operations wrong or missing{}", rank, report.wrong_answers,
                     result.samples.operations, first));
  }
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

bool counts_are_known(const Case& planned) {
  const CountRule rule = count_rule_of(planned);
  return rule == CountRule::exact || rule == CountRule::range;
}

/// Over the blocks: what is proposed back to back may share messages.
Cost expected_cost(const CaseResult& result) {
  Cost expected;
  std::int64_t before = 0;
  for (const std::int64_t end : result.block_ends) {
    expected += result.planned->kernel->cost(result.planned->shape, {before, end - before});
    before = end;
  }
  if (const Case& planned = *result.planned; planned.shape.loss.any())
    expected.messages = planned.kernel->messages_under_loss == nullptr
                            ? Range(-1)
                            : Range(planned.kernel->messages_under_loss(planned.shape) * static_cast<double>(before));
  return expected;
}

/// "12" or, where timing decides, "12 to 24".
std::string in_words(const Range& range) {
  return range.least == range.most ? fmt::format("{}", range.least) : fmt::format("{} to {}", range.least, range.most);
}
bool is_within(double value, const Range& range) { return value >= range.least && value <= range.most; }

/// Messages that carry operations, on the sending and on the receiving side. No closed form counts background messages.
void check_messages(CaseResult& result, const Cost& expected) {
  std::int64_t sent = 0, received = 0;
  for (const Traffic& traffic : result.traffic) {
    sent += traffic.carrying_sent();
    received += traffic.carrying_received();
  }
  if (!is_within(static_cast<double>(sent), expected.messages))
    fail(result, Verdict::count_mismatch, fmt::format("{} messages sent, {} expected", sent, in_words(expected.messages)));
  else if (received != sent)
    fail(result, Verdict::count_mismatch, fmt::format("{} messages sent, {} received", sent, received));
}

/// Each operation's delays against its own closed form.
void check_delays(CaseResult& result) {
  const Kernel& kernel = *result.planned->kernel;
  for (std::size_t k = 0; k < result.samples.depths.size(); ++k) {
    const Cost cost = kernel.cost(result.planned->shape, {static_cast<Operation>(k), 1});
    for (std::size_t mark = 0; mark < kernel.marks.size(); ++mark) {
      const std::int64_t delays = result.samples.depths[k].at(mark);
      if (is_within(static_cast<double>(delays), cost.delays[mark])) continue;
      return fail(result, Verdict::count_mismatch,
                  fmt::format("operation {}: {} delays at the mark {}, {} expected", k, delays, kernel.marks[mark].name,
                              in_words(cost.delays[mark])));
    }
  }
}

void check_marks(CaseResult& result, std::span<const CaseReport> reports) {
  for (std::size_t rank = 0; rank < reports.size(); ++rank) {
    const CaseReport& report = reports[rank];
    if (report.misplaced_marks == 0) continue;
    fail(result, Verdict::count_mismatch,
         fmt::format("rank {}: {} marks missing or not due there, first {} of operation {}", rank, report.misplaced_marks,
                     result.planned->kernel->marks[static_cast<std::size_t>(report.misplaced_mark)].name,
                     report.first_misplaced));
  }
}

void check_counts(CaseResult& result, const Cost& expected, std::span<const CaseReport> reports) {
  if (!counts_are_known(*result.planned)) return;
  check_messages(result, expected);
  check_delays(result);
  check_marks(result, reports);
}

/// What --loss did is known message by message, so that nothing else may be missing.
void check_arrivals(CaseResult& result) {
  Traffic all;
  for (const Traffic& traffic : result.traffic) all = all + traffic;
  if (result.planned->shape.loss.any() && all.messages_received != all.arriving())
    fail(result, Verdict::count_mismatch,
         fmt::format("{} messages sent, {} of them lost, {} duplicated, and {} received", all.messages_sent, all.messages_lost,
                     all.messages_doubled, all.messages_received));
}

/// In a measured run nobody forges, and only --loss sends a message twice.
void check_refusals(CaseResult& result) {
  Refused refused;
  for (const Traffic& traffic : result.traffic) refused = refused + traffic.refused;
  if (result.planned->shape.loss.doubled > 0) refused.replayed = 0;
  if (refused.all() > 0)
    fail(result, Verdict::failed,
         fmt::format("{} messages were refused as forged, {} as replayed and {} as truncated, and nobody tampers with them",
                     refused.forged, refused.replayed, refused.truncated));
}

/// How often operations took effect: as often as declared, unless loss may make that wrong.
void check_applications(CaseResult& result) {
  const double counted = result.applied_per_operation, expected = result.expected_applied_per_operation;
  if (std::isnan(counted) || errs_under_loss(*result.planned) || counted == expected) return;
  fail(result, Verdict::wrong_answer,
       fmt::format("operations were applied {:.9g} times each over all ranks, {:.9g} expected", counted, expected));
}

/// A read's value was there to be read: it had been proposed, and not only once the read had ended. That history is linear is
/// shown where time is simulated.
void check_reads(CaseResult& result, double clock_error_ns) {
  const Samples& samples = result.samples;
  const Shape& shape = result.planned->shape;
  const auto stamp = [&](const std::vector<std::int64_t>& stamps, Operation k) {
    const Rank proposer = proposer_of(*result.planned->kernel, shape, k);
    return stamps[static_cast<std::size_t>(k * samples.ranks + std::max(proposer, 0))];
  };
  for (std::size_t k = 0; k < samples.of.size(); ++k) {
    const Operation of = samples.of[k], reader = static_cast<Operation>(k);
    if (of < 0 || of == reader) continue;
    if (of < samples.operations && stamp(samples.start_ns, of) >= 0 &&
        static_cast<double>(stamp(samples.start_ns, of) - stamp(samples.end_ns, reader)) <= 2 * clock_error_ns)
      continue;
    return fail(result, Verdict::wrong_answer,
                fmt::format("operation {} read what operation {} wrote, which had not begun when the read ended", k, of));
  }
}

double per_operation(double total, const CaseResult& result) {
  const bool is_known = count_rule_of(*result.planned) != CountRule::none && result.samples.operations > 0;
  return is_known ? total / static_cast<double>(result.samples.operations) : std::numeric_limits<double>::quiet_NaN();
}

void note_expectations(CaseResult& result, const Cost& expected, std::span<const CaseReport> reports) {
  const Kernel& kernel = *result.planned->kernel;
  const bool is_computed = expected.messages.least >= 0;  // below: of this case the expectation is not known
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  result.expected_messages_per_operation = is_computed ? per_operation(expected.messages.least, result) : kUnknown;
  result.expected_messages_most_per_operation = is_computed ? per_operation(expected.messages.most, result) : kUnknown;
  const Cost one = result.samples.operations > 0 ? expected : kernel.cost(result.planned->shape, {0, 1});
  for (std::size_t mark = 0; mark < kernel.marks.size(); ++mark) {
    std::int64_t deepest = -1;
    for (const Depths& depths : result.samples.depths) deepest = std::max(deepest, depths.at(mark));
    result.delays.push_back(deepest);
    result.expected_delays.push_back(std::llround(one.delays[mark].least));
    result.expected_delays_most.push_back(std::llround(one.delays[mark].most));
  }
  std::int64_t due = 0, came = 0, applied = 0;
  for (const CaseReport& report : reports) {
    due += report.marks_due, came += report.marks_came, applied += report.applied;
    result.premature_resends += report.premature_resends;
  }
  const bool is_counted = kernel.applications != nullptr && result.samples.operations > 0;
  result.applied_per_operation = is_counted ? per_operation(static_cast<double>(applied), result) : kUnknown;
  result.expected_applied_per_operation = is_counted ? kernel.applications(result.planned->shape) : kUnknown;
  result.coverage = due == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(came) / static_cast<double>(due);
}

void note_staleness(CaseResult& result, double clock_error_ns) {
  const Case& planned = *result.planned;
  result.staleness = staleness_of(planned, result.samples, clock_error_ns);
  result.stale_share = stale_share_of(result.staleness);
  result.expected_stale_share = planned.kernel->stale_share == nullptr ? std::numeric_limits<double>::quiet_NaN()
                                                                       : planned.kernel->stale_share(planned.shape);
}

/// Of those that are expected, and only where ranks sit so that the kernel's closed form holds.
void check_counts_between_nodes(CaseResult& result) {
  const Kernel& kernel = *result.planned->kernel;
  const double operations = static_cast<double>(result.samples.operations);
  double& expected = result.expected_messages_between_nodes_per_operation;
  expected = std::numeric_limits<double>::quiet_NaN();
  if (kernel.messages_between_nodes == nullptr || operations == 0 || result.planned->shape.loss.any()) return;
  expected = static_cast<double>(kernel.messages_between_nodes(result.planned->shape));
  std::int64_t sent = 0;
  for (const Traffic& traffic : result.traffic) sent += traffic.messages_between_nodes;
  if (sent != std::llround(expected * operations))
    fail(result, Verdict::count_mismatch,
         fmt::format("{} messages sent between nodes, {} expected", sent, expected * operations));
}

}  // namespace

void judge(CaseResult& result, std::span<const CaseReport> reports, double clock_error_ns) {
  const Cost expected = expected_cost(result);
  note_expectations(result, expected, reports);
  note_staleness(result, clock_error_ns);
  for (const CaseReport& report : reports) {
    result.traffic.push_back(report.traffic);
    result.control_messages += report.control_messages;
    result.cpu_ns += report.cpu_ns;
    result.involuntary_switches += report.involuntary_switches;
  }
  result.verdict = Verdict::ok;
  check_endings(result, reports);
  check_answers(result, reports);
  check_barriers(result, clock_error_ns);
  check_reads(result, clock_error_ns);
  check_counts(result, expected, reports);
  check_arrivals(result);
  check_refusals(result);
  check_applications(result);
  check_counts_between_nodes(result);
}

}  // namespace coordbench
