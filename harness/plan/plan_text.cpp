// What --list and --dry-run print of a plan.
#include <fmt/format.h>
#include <CLI/StringTools.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "harness/options/units.hpp"
#include "harness/options/usage_error.hpp"
#include "harness/plan/plan.hpp"

namespace coordbench {
namespace {

/// Upper bounds over a plan.
struct Bounds {
  Time time_ns = 0;
  std::int64_t rank_bytes = 0;      ///< buffers and samples of one rank
  std::int64_t gathered_bytes = 0;  ///< on rank 0 besides: the samples of all ranks
  std::int64_t shared_bytes = 0;    ///< of one rank, for the whole launch
  std::int64_t disk_bytes = 0;
};

std::int64_t operations_of(const Options& options) { return options.operations.value_or(options.max_operations); }

/// One rank's stamps of a case: start, end, and the marks before the end.
std::int64_t stamp_bytes(const Case& planned, std::int64_t operations) {
  const auto marks = static_cast<std::int64_t>(planned.kernel->marks.size());
  return operations * (2 + std::max<std::int64_t>(0, marks - 1)) * 8;
}

Time time_bound(std::size_t cases, const Options& options) {
  const auto count = static_cast<Time>(cases);
  const bool total_is_less = options.operations || (count > 0 && options.time_budget_ns > options.total_budget_ns / count);
  return total_is_less ? options.total_budget_ns : options.time_budget_ns * count;
}

Bounds bounds_of(const Plan& plan, const Options& options) {
  Bounds bounds{.time_ns = time_bound(plan.cases.size(), options)};
  const std::int64_t operations = operations_of(options);
  for (const Case& planned : plan.cases) {
    const std::int64_t stamps = stamp_bytes(planned, operations);
    const std::int64_t all_stamps = stamps * planned.members() + operations * 8;  // one start_slack_ns per operation
    bounds.rank_bytes = std::max(bounds.rank_bytes, planned.kernel->memory_bytes(planned.shape) + stamps);
    bounds.shared_bytes = std::max(bounds.shared_bytes, planned.shared_bytes);
    bounds.gathered_bytes = std::max(bounds.gathered_bytes, all_stamps);
    bounds.disk_bytes += all_stamps;
  }
  return bounds;
}

/// "8 B, 8 KiB, 1000000 B", so that everybody sees what a unit was taken for.
std::string sizes_text(const std::vector<std::int64_t>& sizes) {
  constexpr std::size_t kShown = 6;
  const auto [least, most] = std::minmax_element(sizes.begin(), sizes.end());
  if (sizes.size() > kShown)
    return fmt::format("{} sizes from {} to {}", sizes.size(), format_bytes_exactly(*least), format_bytes_exactly(*most));
  std::string text;
  for (const std::int64_t size : sizes) text += (text.empty() ? "" : ", ") + format_bytes_exactly(size);
  return text;
}

/// A line per reason, with the names of the first few combinations.
std::string skipped_by_reason(const Plan& plan) {
  constexpr std::size_t kNamed = 3;
  std::map<std::string_view, std::vector<std::string_view>> reasons;
  for (const Skipped& skipped : plan.skipped) reasons[skipped.reason].push_back(skipped.name);
  std::string text;
  for (auto& [reason, names] : reasons) {
    const std::size_t more = names.size() - std::min(kNamed, names.size());
    names.resize(names.size() - more);
    text += fmt::format("        {}: {}{}\n", reason, CLI::detail::join(names, ", "),
                        more > 0 ? fmt::format(" and {} more", more) : "");
  }
  return text;
}

/// The names of up to a few kernels, else their number. The ping_pong that watches for drift is not counted.
std::string kernels_text(const Plan& plan) {
  constexpr std::size_t kShown = 3;
  std::set<std::string_view> names;
  for (const Case& planned : plan.cases)
    if (!planned.drift_watch) names.insert(planned.kernel->name);
  if (names.size() > kShown) return fmt::format("{} kernels", names.size());
  return CLI::detail::join(names, ", ");
}

}  // namespace

std::string describe_launch(const Plan& plan, std::size_t due, const Options& options) {
  const std::string& where = options.resume.empty() ? options.out : options.resume;
  const std::string sizes = sizes_text(options.payload_bytes);
  if (plan.cases.empty()) return fmt::format("What messages of {} cost, into {}\n", sizes, where);
  return fmt::format("{} cases of {}; payloads: {}; at most {}; into {}\n", due, kernels_text(plan), sizes,
                     format_duration(time_bound(due, options)), where);
}

std::string describe_skipped(const Plan& plan) {
  constexpr std::size_t kReasonsShown = 3;
  if (plan.cases.empty() && !plan.skipped.empty())
    throw UsageError(fmt::format("nothing of what was asked for can be measured: {}: {}", plan.skipped.front().name,
                                 plan.skipped.front().reason));
  std::map<std::string, std::size_t> reasons;
  std::size_t left = 0, shown = 0;
  for (const Skipped& skipped : plan.skipped)
    if (!skipped.by_nature) ++reasons[skipped.reason], ++left;
  std::string text;
  for (auto reason = reasons.begin(); reason != reasons.end() && shown < kReasonsShown; ++reason, ++shown) {
    text += fmt::format("coordbench: left out, {} of the combinations: {}.\n", reason->second, reason->first);
    left -= reason->second;
  }
  if (left > 0) text += fmt::format("coordbench: left out, {} more, for other reasons: see --dry-run.\n", left);
  return text;
}

std::string case_names(const Plan& plan) {
  std::string text;
  for (const Case& planned : plan.cases) text += planned.name + "\n";
  return text;
}

std::string describe_plan(const Plan& plan, const Options& options) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{} cases, seed {}\n", plan.cases.size(), options.seed.value());
  fmt::format_to(out, "payloads: {}\n", sizes_text(options.payload_bytes));
  for (std::size_t order = 0; order < plan.cases.size(); ++order)
    fmt::format_to(out, "{:6}  {}\n", order, plan.cases[order].name);
  fmt::format_to(out, "{} combinations skipped\n", plan.skipped.size());
  text += skipped_by_reason(plan);
  const Bounds bounds = bounds_of(plan, options);
  fmt::format_to(out, "upper limits, at {} operations per case{}:\n", operations_of(options),
                 options.operations ? "" : " (if no case stops early)");
  fmt::format_to(out, "  time    {}\n", format_duration(bounds.time_ns));
  fmt::format_to(out, "  memory  {} per rank, and {} more on rank 0 for the samples of all ranks\n",
                 format_bytes(bounds.rank_bytes), format_bytes(bounds.gathered_bytes));
  if (bounds.shared_bytes > 0)
    fmt::format_to(out, "          {} of shared memory per rank of the launch, from its beginning to its end\n",
                   format_bytes(bounds.shared_bytes));
  fmt::format_to(out, "  disk    {} in {}, before compression\n", format_bytes(bounds.disk_bytes), options.out);
  return text;
}

}  // namespace coordbench
