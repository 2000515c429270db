#include "harness/results/final_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <vector>

#include "harness/measure/statistics.hpp"
#include "harness/options/units.hpp"
#include "harness/results/table_layout.hpp"

namespace coordbench {
namespace {

constexpr std::size_t kIndent = 2;  ///< of a closing line's second half
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Unit {
  std::string_view name;
  double ns;
};
constexpr std::array<Unit, 4> kUnits{{{"ns", 1}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}}};

/// The unit in which a duration, rounded to three digits, stays below 1000.
Unit unit_of(double duration_ns) {
  for (const Unit& unit : kUnits)
    if (std::abs(duration_ns) < 999.5 * unit.ns) return unit;
  return kUnits.back();
}

std::string three_digits(double value) {
  const double size = std::abs(value);
  return fmt::format("{:.{}f}", value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

std::string three_digits_or_dash(double value) { return std::isnan(value) ? "-" : three_digits(value); }

/// "1.23 µs [1.20, 1.25]", the interval in the median's unit and left out where there is none.
std::string median_text(const LatencySummary& latency) {
  const Unit unit = unit_of(latency.p50);
  if (std::isnan(latency.p50) || std::isnan(latency.p50_low) || std::isnan(latency.p50_high))
    return short_duration(latency.p50);
  return fmt::format("{} [{}, {}]", short_duration(latency.p50), three_digits(latency.p50_low / unit.ns),
                     three_digits(latency.p50_high / unit.ns));
}

std::string messages_text(const TableRow& row) {
  if (row.count_rule == CountRule::none || std::isnan(row.messages_per_operation)) return "-";
  if (std::isnan(row.expected_messages_per_operation)) return fmt::format("{:.6g}", row.messages_per_operation);
  if (row.count_rule == CountRule::range && row.expected_messages_per_operation < row.expected_messages_most_per_operation) {
    const bool is_within = row.messages_per_operation >= row.expected_messages_per_operation &&
                           row.messages_per_operation <= row.expected_messages_most_per_operation;
    return fmt::format("{:.6g} {} {:.6g}-{:.6g}", row.messages_per_operation,
                       is_within ? "in" : "!=", row.expected_messages_per_operation, row.expected_messages_most_per_operation);
  }
  const bool equal = row.messages_per_operation == row.expected_messages_per_operation;
  return fmt::format("{:.6g} {} {:.6g}", row.messages_per_operation,
                     row.count_rule == CountRule::expected ? "~"
                     : equal                               ? "="
                                                           : "!=",
                     row.expected_messages_per_operation);
}

std::string flags_text(std::uint32_t flags) {
  std::string text;
  for (std::size_t i = 0; i < flag_names().size(); ++i)
    if (flags >> i & 1U)
      text += fmt::format("{}{}", text.empty() ? "" : " ", flag_names()[i].substr(0, flag_names()[i].find('_')));
  return text;
}

/// The first word of each flag's name, how far the case's messages reached if not everywhere, how many were refused, and how
/// often operations took effect if not once where they should.
std::string notes_of(const TableRow& row) {
  std::string text = flags_text(row.flags);
  const auto note = [&text](std::string_view what, double share) {
    text += fmt::format("{}{} {:.3g} %", text.empty() ? "" : " ", what, 100 * share);
  };
  if (row.coverage < 1) note("reached", row.coverage);
  if (row.refused > 0) text += fmt::format("{}refused {}", text.empty() ? "" : " ", row.refused);
  if (row.applied_share < 1 || row.applied_share > 1) note("applied", row.applied_share);
  return text;
}

std::string verdict_text(const TableRow& row) {
  if (row.verdict == Verdict::ok) return "";
  return fmt::format("{}{}{}", name_of(row.verdict), row.detail.empty() ? "" : ": ", row.detail);
}

/// Numbers that say what the case cost leave last, words about it first.
constexpr std::array<TableColumn, 13> kColumns{{{.header = "kernel", .is_text = true, .gives_way = 3},
                                                {.header = "transport", .is_text = true, .gives_way = 7},
                                                {.header = "ranks"},
                                                {.header = "bytes"},
                                                {.header = "parameters", .is_text = true, .gives_way = 4},
                                                {.header = "operations", .brief = "ops", .gives_way = 6},
                                                {.header = "p50 [within launch]", .brief = "p50 [launch]"},
                                                {.header = "p99", .gives_way = 5},
                                                {.header = "÷ RTT at 8 B", .brief = "÷ RTT", .gives_way = 8},
                                                {.header = "÷ ping_pong at its bytes", .brief = "÷ own", .gives_way = 8},
                                                {.header = "messages/op", .gives_way = 9},
                                                {.header = "flags", .is_text = true, .gives_way = 2},
                                                {.header = "verdict", .is_text = true, .gives_way = 1}}};

/// What the table shows of every row, or of none.
struct Shown {
  bool transport = false, ratios = false;
};

TableLine line_of(const TableRow& row, const Ratios& ratios, const Shown& shown) {
  return {row.kernel,
          shown.transport ? std::string(name_of(row.transport)) : "",
          fmt::format("{}", row.ranks),
          format_bytes(row.payload_bytes),
          row.parameters,
          fmt::format("{}", row.operations),
          median_text(row.latency),
          short_duration(row.latency.p99),
          shown.ratios ? three_digits_or_dash(ratios.over_8_bytes) : "",
          std::isnan(ratios.over_own_bytes) ? "" : three_digits(ratios.over_own_bytes),
          messages_text(row),
          notes_of(row),
          verdict_text(row)};
}

/// By kernel, ranks, bytes; then shorter parameters first, so that 8 stands before 64.
bool earlier(const TableRow* a, const TableRow* b) {
  const auto key = [](const TableRow* row) {
    return std::tuple(std::string_view(row->kernel), row->ranks, row->payload_bytes, row->parameters.size(),
                      std::string_view(row->parameters), row->transport);
  };
  return key(a) < key(b);
}

std::string closing_line(std::span<const TableRow> rows, const TableSummary& summary) {
  std::map<Verdict, std::size_t> count;
  for (const TableRow& row : rows) ++count[row.verdict];
  std::string text = fmt::format("{} cases: {} ok", summary.cases_planned, count[Verdict::ok]);
  for (const Verdict bad : {Verdict::wrong_answer, Verdict::count_mismatch, Verdict::timed_out, Verdict::failed})
    if (count[bad] > 0) text += fmt::format(", {} {}", count[bad], name_of(bad));
  if (summary.cases_planned > rows.size()) text += fmt::format(", {} not run", summary.cases_planned - rows.size());
  if (summary.cases_before > 0) text += fmt::format(", {} were there before", summary.cases_before);
  if (const auto unseen = std::count_if(rows.begin(), rows.end(), [](const TableRow& row) { return row.drift_watch; }))
    text += fmt::format("; {} of them, ping_pong around each block, have no row above", unseen);
  const double share = summary.wall_s > 0 ? summary.writing_s / summary.wall_s : 0;
  return text + fmt::format("; {}; {:.1f} s, {:.1f} % of it writing", summary.file, summary.wall_s, 100 * share);
}

/// Every latency includes one reading of the clock. Its share of the shortest median: Hoefler and Belli (SC15) ask for 5 % at
/// most, but operations of a few hundred ns cannot meet that one sample at a time.
std::string clock_line(std::span<const TableRow> rows, double timer_overhead_ns) {
  const TableRow* shortest = nullptr;
  for (const TableRow& row : rows) {
    if (row.verdict != Verdict::ok || !(row.latency.p50 > 0)) continue;
    if (shortest == nullptr || row.latency.p50 < shortest->latency.p50) shortest = &row;
  }
  if (shortest == nullptr) return "";
  const auto flagged = std::count_if(rows.begin(), rows.end(), [](const TableRow& row) {
    return !row.drift_watch && (row.flags & bit(Flag::timer_overhead)) != 0;
  });
  return fmt::format("one reading of the clock takes {}, {:.0f} % of the shortest median ({}); above 20 % in {} cases",
                     short_duration(timer_overhead_ns), 100 * timer_overhead_ns / shortest->latency.p50, shortest->kernel,
                     flagged);
}

/// That another launch may differ by more is said wherever an interval is.
std::string interval_line(std::span<const TableRow* const> shown) {
  const bool has_any = std::any_of(shown.begin(), shown.end(), [](auto* row) { return !std::isnan(row->latency.p50_low); });
  if (!has_any) return "";
  return fmt::format(
      "[ ]: 95 % interval of the median within this launch, from {} batches of its operations; medians of other "
      "launches often lie outside",
      kBatches);
}

std::string crowded_line(std::span<const TableRow* const> shown) {
  const bool is_crowded =
      std::any_of(shown.begin(), shown.end(), [](auto* row) { return (row->flags & bit(Flag::oversubscribed)) != 0; });
  return is_crowded ? "more ranks than cores: times say what crowding costs, and no ratio to ping_pong is given" : "";
}

std::vector<TableLine> lines_of(std::span<const TableRow* const> shown, std::span<const TableRow> rows,
                                const TableSummary& summary) {
  const RoundTrips round_trips(summary.round_trips_before, rows);
  std::vector<Ratios> ratios;
  for (const TableRow* row : shown) ratios.push_back(round_trips.of(*row));
  const Shown parts{
      .transport = std::any_of(rows.begin(), rows.end(), [](auto& row) { return row.transport != TransportName::mpi; }),
      .ratios = std::any_of(ratios.begin(), ratios.end(), [](auto& of) { return !std::isnan(of.over_8_bytes); })};
  std::vector<TableLine> lines;
  for (std::size_t i = 0; i < shown.size(); ++i) lines.push_back(line_of(*shown[i], ratios[i], parts));
  return lines;
}

}  // namespace

std::string final_table(std::span<const TableRow> rows, const TableSummary& summary) {
  std::vector<const TableRow*> shown;
  for (const TableRow& row : rows)
    if (!row.drift_watch) shown.push_back(&row);
  std::stable_sort(shown.begin(), shown.end(), earlier);
  std::string text = shown.empty() ? "" : table_text(kColumns, lines_of(shown, rows, summary), summary.columns);
  for (const std::string& line :
       {closing_line(rows, summary), clock_line(rows, summary.timer_overhead_ns), interval_line(shown), crowded_line(shown)})
    if (!line.empty()) text += wrapped(line, summary.columns - kIndent, kIndent) + "\n";
  return text;
}

std::string short_duration(double duration_ns) {
  if (std::isnan(duration_ns)) return "-";
  const Unit unit = unit_of(duration_ns);
  return fmt::format("{} {}", three_digits(duration_ns / unit.ns), unit.name);
}

}  // namespace coordbench
