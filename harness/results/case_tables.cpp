#include "harness/results/case_tables.hpp"

#include <fmt/compile.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "harness/kernel.hpp"
#include "harness/results/case_columns.hpp"
#include "harness/results/hdf5_variables.hpp"

namespace coordbench {
namespace {

using hdf5::Dimension;
using hdf5::Handle;

constexpr std::int64_t kAbsent = -1;

template <class T>
void make_columns(const Handle& group, Dimension& case_dimension) {
  for (const CaseColumn<T>& column : case_columns<T>())
    hdf5::make_variable<T>(group, column.name, {&case_dimension}, column.legend);
}

void describe_flags(const Handle& group) {
  std::vector<std::uint32_t> masks;
  for (std::size_t i = 0; i < flag_names().size(); ++i) masks.push_back(1U << i);
  const Handle flags = hdf5::open_variable(group, "flags");
  hdf5::write_attribute(flags, "flag_masks", std::span<const std::uint32_t>(masks));
  hdf5::write_attribute(flags, "flag_meanings", fmt::format(FMT_COMPILE("{}"), fmt::join(flag_names(), " ")));
}

template <class T>
void append_to_columns(const Handle& group, hsize_t first, std::span<const CaseResult* const> cases,
                       const std::string& placement) {
  for (const CaseColumn<T>& column : case_columns<T>()) {
    std::vector<T> values;
    for (const CaseResult* result : cases) values.push_back(column.value({*result, placement}));
    hdf5::write_tail(group, column.name, first, values);
  }
}

const char* definition_of(Latency latency) {
  switch (latency) {
    case Latency::proposer:
      return "end_ns - start_ns at the rank that proposed the operation";
    case Latency::makespan:
      return "latest end_ns - earliest start_ns over all ranks";
    case Latency::barrier:
      return "latest end_ns - latest start_ns over all ranks";
  }
  return "";
}

void write_staleness(const Handle& group, const Staleness& staleness, Dimension& operation) {
  if (staleness.versions_behind.empty()) return;
  hdf5::write_variable(
      group, "versions_behind", {&operation},
      {"1", "writes that began after the returned one had ended, and ended before the read began; -1: no read", "", kAbsent},
      staleness.versions_behind);
  hdf5::write_variable(
      group, "behind_ns", {&operation},
      {"ns", "from the first of these ends to the start of the read; 0 if there is none, -1: no read", "", kAbsent},
      staleness.behind_ns);
}

/// [mark]. What a rank learns from the next operation's message alone, it learns when the harness lets that operation begin.
std::vector<double> shares_after_next_start(const Samples& samples) {
  const auto ranks = static_cast<std::size_t>(samples.ranks), operations = static_cast<std::size_t>(samples.operations);
  const auto of = [ranks](const std::vector<std::int64_t>& stamps, std::size_t row) {
    return std::span(stamps).subspan(row * ranks, ranks);
  };
  std::vector<double> shares;
  for (std::size_t mark = 0; mark < static_cast<std::size_t>(samples.marks); ++mark) {
    std::size_t late = 0;
    for (std::size_t k = 0; k + 1 < operations; ++k) {
      const std::int64_t reached = std::ranges::max(of(samples.mark_ns, mark * operations + k));
      const auto starts = of(samples.start_ns, k + 1);
      late += std::ranges::any_of(starts, [reached](std::int64_t start) { return start >= 0 && start < reached; }) ? 1 : 0;
    }
    shares.push_back(operations < 2 ? 0 : static_cast<double>(late) / static_cast<double>(operations - 1));
  }
  return shares;
}

void write_stamps(const Handle& group, const CaseResult& result, Dimension& operation, Dimension& rank) {
  const Samples& samples = result.samples;
  const Measured& measured = result.planned->kernel->measured;
  const bool is_start_lined = result.planned->sync != Sync::none;
  hdf5::write_variable(group, "start_ns", {&operation, &rank}, {"ns", "when the rank began the operation", "", kAbsent},
                       samples.start_ns);
  hdf5::write_variable(group, "end_ns", {&operation, &rank}, {"ns", "when the rank's part had ended", "", kAbsent},
                       samples.end_ns);
  if (!samples.start_slack_ns.empty())
    hdf5::write_variable(group, "start_slack_ns", {&operation}, {"ns", "agreed start minus the latest rank's arrival"},
                         samples.start_slack_ns);
  if (!samples.of.empty())
    hdf5::write_variable(group, "answer_of", {&operation},
                         {"1", "operation whose payload the proposer's answer holds; -1: nobody's yet, -3: it holds none"},
                         samples.of);
  if (!samples.measured.empty()) {
    hdf5::write_variable(group, std::string(measured.name).c_str(), {&operation, &rank},
                         {std::string(measured.unit).c_str(), std::string(measured.help).c_str(), "", Samples::kNoAnswer},
                         samples.measured);
    hdf5::write_attribute(group, "measured", std::string(measured.name));
  }
  if (!samples.rounds.empty())
    hdf5::write_variable(group, "rounds", {&operation}, {"1", "synchronous rounds until every rank had reached the last mark"},
                         samples.rounds);
  if (!samples.known_ns.empty()) {
    hdf5::write_variable(group, "messages", {&operation}, {"1", "messages of the operation, all ranks"},
                         samples.ending_messages);
    hdf5::write_variable(group, "known_ns", {&operation},
                         {"ns", "when the harness knew that the operation was over; no latency includes it"}, samples.known_ns);
  }
  if (samples.marks == 0) return;
  Dimension mark(group, "mark", static_cast<hsize_t>(samples.marks));
  hdf5::write_variable(group, "mark_ns", {&mark, &operation, &rank}, {"ns", "when the rank reached the mark", "", kAbsent},
                       samples.mark_ns);
  if (is_start_lined)
    hdf5::write_variable(group, "after_next_start", {&mark},
                         {"1",
                          "share of operations whose mark came, on some rank, only after the next operation had begun; "
                          "above a half the time of the mark is that of the start line"},
                         shares_after_next_start(samples));
  mark.list_variables();
}

/// The proposer and the kind of each operation, where operations differ in them.
void write_operations(const Handle& group, const CaseResult& result, Dimension& operation) {
  const Kernel& kernel = *result.planned->kernel;
  const Shape& shape = result.planned->shape;
  const auto column = [&](const char* name, const hdf5::Legend& legend, const auto& of) {
    std::vector<std::int64_t> values;
    for (Operation k = 0; k < result.samples.operations; ++k) values.push_back(of(k));
    hdf5::write_variable(group, name, {&operation}, legend, values);
  };
  if (kernel.proposers != nullptr && kernel.proposers(shape) > 1)
    column("proposer", {"1", "rank that was asked"}, [&](Operation k) { return proposer_of(kernel, shape, k); });
  if (kernel.kind == nullptr) return;
  column("kind", {"1", "what was asked for"}, [&](Operation k) { return kernel.kind(shape, k); });
  hdf5::write_attribute(hdf5::open_variable(group, "kind"), "flag_meanings",
                        fmt::format(FMT_COMPILE("{}"), fmt::join(kernel.kinds, " ")));
}

void write_traffic(const Handle& group, const std::vector<Traffic>& traffic, Dimension& rank) {
  const auto column = [&](const char* name, const hdf5::Legend& legend, auto member) {
    std::vector<std::int64_t> values;
    for (const Traffic& of_rank : traffic) values.push_back(std::invoke(member, of_rank));
    hdf5::write_variable(group, name, {&rank}, legend, values);
  };
  column("messages_sent", {"1", "messages sent by the rank"}, &Traffic::messages_sent);
  column("messages_received", {"1", "messages received by the rank"}, &Traffic::messages_received);
  column("bytes_sent", {"byte", "headers and payloads sent by the rank"}, &Traffic::bytes_sent);
}

/// The stamps of the marks before the end have the dimension `mark`; the end counts too here, so this one is longer.
void write_delays(const Handle& group, const CaseResult& result) {
  std::vector<std::string_view> names;
  for (const Mark& mark : result.planned->kernel->marks) names.push_back(mark.name);
  hdf5::write_attribute(group, "marks", fmt::format(FMT_COMPILE("{}"), fmt::join(names, " ")));
  Dimension every_mark(group, "every_mark", result.delays.size());
  hdf5::write_variable(group, "delays", {&every_mark}, {"1", "messages on the longest causal chain to the mark"},
                       result.delays);
  hdf5::write_variable(group, "expected_delays", {&every_mark}, {"1", "the closed form of delays"}, result.expected_delays);
  every_mark.list_variables();
}

void write_samples(const Handle& samples_group, const CaseResult& result) {
  const Handle group = hdf5::make_group(samples_group, result.planned->name);
  hdf5::write_attribute(group, "definition", definition_of(result.planned->kernel->about.latency));
  Dimension operation(group, "operation", static_cast<hsize_t>(result.samples.operations));
  Dimension rank(group, "rank", static_cast<hsize_t>(result.samples.ranks));
  if (!result.block_ends.empty()) hdf5::write_attribute(group, "block_ends", std::span<const std::int64_t>(result.block_ends));
  write_stamps(group, result, operation, rank);
  write_staleness(group, result.staleness, operation);
  write_operations(group, result, operation);
  write_traffic(group, result.traffic, rank);
  if (!result.delays.empty()) write_delays(group, result);
  operation.list_variables();
  rank.list_variables();
}
}  // namespace

void create_case_tables(const Handle& file) {
  hdf5::make_group(file, "samples");
  const Handle group = hdf5::make_group(file, "cases");
  Dimension case_dimension(group, "case", Dimension::kUnlimited);
  make_columns<std::string>(group, case_dimension);
  make_columns<std::int64_t>(group, case_dimension);
  make_columns<double>(group, case_dimension);
  make_columns<std::uint32_t>(group, case_dimension);
  case_dimension.list_variables();
  describe_flags(group);
}

void append_cases(const Handle& file, std::span<const CaseResult* const> cases, const std::string& placement) {
  const Handle samples = hdf5::open_group(file, "samples");
  for (const CaseResult* result : cases) write_samples(samples, *result);
  const Handle group = hdf5::open_group(file, "cases");
  const hsize_t first = hdf5::length_of(group, "case");
  hdf5::resize(group, "case", first + cases.size());
  append_to_columns<std::string>(group, first, cases, placement);
  append_to_columns<std::int64_t>(group, first, cases, placement);
  append_to_columns<double>(group, first, cases, placement);
  append_to_columns<std::uint32_t>(group, first, cases, placement);
}

void add_case_flags(const Handle& file, std::span<const std::size_t> rows, std::uint32_t flags) {
  if (rows.empty()) return;
  const Handle group = hdf5::open_group(file, "cases");
  const std::size_t first = *std::min_element(rows.begin(), rows.end());  // all rows are of the last block
  std::vector<std::uint32_t> values = hdf5::read_tail<std::uint32_t>(group, "flags", first);
  for (const std::size_t row : rows) values.at(row - first) |= flags;
  hdf5::write_tail(group, "flags", first, values);
}

}  // namespace coordbench
