#pragma once
// The table that a launch prints when it is over.

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "harness/case_result.hpp"

namespace coordbench {

/// One case of the final table, owning what it shows. Durations in ns, NaN where the samples do not support one.
struct TableRow {
  std::string name{};  ///< the case's path in the file
  std::string kernel;
  int ranks = 1;
  int clients = 0;
  std::int64_t payload_bytes = 0;
  std::string parameters;  ///< those that differ from their defaults, "root=1 in_flight=8"
  TransportName transport = TransportName::mpi;
  Sync sync = Sync::round_time;
  bool drift_watch = false;
  std::int64_t operations = 0;
  LatencySummary latency{};
  double operations_per_second = 0;
  double cpu_ns_per_operation = 0;  ///< of all ranks; NaN without a single operation
  CountRule count_rule = CountRule::exact;
  double messages_per_operation = 0;                ///< NaN without a single operation
  double expected_messages_per_operation = 0;       ///< NaN where none is known
  double expected_messages_most_per_operation = 0;  ///< the same; above it where timing decides
  double coverage = 1;                              ///< share of the marks that were due
  double applied_share = 1;  ///< times that operations took effect, of the times that are right; NaN where nobody counts
  std::int64_t refused = 0;  ///< messages that were not their sender's, or came before
  std::uint32_t flags = 0;
  Verdict verdict = Verdict::ok;
  std::string detail;
};
TableRow row_of(const CaseResult& result);

/// What the closing line says of the launch besides its rows.
struct TableSummary {
  std::size_t cases_planned = 0;
  std::size_t cases_before = 0;  ///< that an earlier life of the launch had finished, besides
  std::string file;              ///< of the results, as the user is to open it
  double wall_s = 0;
  double writing_s = 0;
  double timer_overhead_ns = 0;    ///< one reading of the clock
  std::size_t columns = SIZE_MAX;  ///< how wide the table may be
};

/// One row per case in `rows` that does not watch for drift, sorted by kernel, ranks and bytes, and two closing lines over all
/// cases. The column `/ ping_pong` is the median over the median of the launch's 8-byte ping_pong cases with the same start
/// line.
std::string final_table(std::span<const TableRow> rows, const TableSummary& summary);

/// Three significant digits: "999 ns", "1.00 µs", "12.3 ms", "4.50 s"; "-" for NaN.
std::string short_duration(double duration_ns);

}  // namespace coordbench
