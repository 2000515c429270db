#pragma once
// The table that a launch prints when it is over.

#include <span>
#include <string>
#include <string_view>

#include "harness/results/round_trips.hpp"

namespace coordbench {

/// What the closing line says of the launch besides its rows.
struct TableSummary {
  std::size_t cases_planned = 0;
  std::size_t cases_before = 0;  ///< that an earlier life of the launch had finished, besides
  std::string file;              ///< of the results, as the user is to open it
  double wall_s = 0;
  double writing_s = 0;
  double timer_overhead_ns = 0;    ///< one reading of the clock
  std::size_t columns = SIZE_MAX;  ///< how wide the table may be
  std::vector<RoundTrip> round_trips_before{};  ///< that an earlier life of the launch has measured
};

/// One row per case in `rows` that does not watch for drift, sorted by kernel, ranks and bytes, and closing lines over all
/// cases.
std::string final_table(std::span<const TableRow> rows, const TableSummary& summary);

/// Three significant digits: "999 ns", "1.00 µs", "12.3 ms", "4.50 s"; "-" for NaN.
std::string short_duration(double duration_ns);

}  // namespace coordbench
