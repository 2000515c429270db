#pragma once
// What the machine allows at best, as coordbench-micro measured it: reports hold every latency and bandwidth against it.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coordbench {

/// One of micro's benchmarks (micro/README.md), the median of its repetitions.
struct Limit {
  std::string name;         ///< "line_round_trip/l3", "copy/private/65536"
  double time_ns;           ///< one iteration
  double bytes_per_second;  ///< NaN where no payload moves
};
using Limits = std::vector<Limit>;

/// The limits in coordbench-micro's JSON, in its order. Throws UsageError, naming --micro, for a file that is not that, or is
/// of another machine than `host`.
Limits read_limits(const std::filesystem::path& file, const std::string& host);

/// The time of the benchmark `name`, ns, if it is there.
std::optional<double> time_of(const Limits& limits, std::string_view name);

}  // namespace coordbench
