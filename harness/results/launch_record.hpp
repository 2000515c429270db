#pragma once
// What a launch knows before its first case: where it runs, how it was asked to, and its plan. Pure data.

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "harness/case.hpp"
#include "harness/machine/limits.hpp"

namespace coordbench {

/// What it knows when it is over.
struct LaunchEnd {
  std::string load_after, clock_check;
  std::vector<double> clock_error_ns{};  ///< [rank]
};

struct LaunchRecord {
  /// Where one rank sits, in OS indexes (-1 if unbound), and how its clock reads against rank 0's.
  struct RankRow {
    int node = 0;
    std::string host;
    int package = -1, numa = -1, core = -1, pu = -1;
    std::string cpuset;
    double clock_offset_ns = 0, clock_drift = 0, clock_error_ns = 0;
  };
  using Value = std::variant<std::string, std::int64_t, double>;

  std::string campaign;
  int launch = 0;
  std::vector<std::string> arguments{};  ///< of the program, its name first
  std::vector<std::string> options{};    ///< as Options::asked: what was asked for, the configuration file's part included
  std::string command_line, created_utc, version, git_commit;
  std::uint64_t seed = 0;
  Time epoch_ns = 0;                                       ///< the instant from which all stamps of the file count
  std::vector<std::pair<std::string, Value>> environment;  ///< attributes of /environment
  const Plan* plan = nullptr;
  std::vector<RankRow> ranks;
  std::vector<std::int8_t> distance;  ///< [rank, peer], values of Distance
  std::vector<double> ping_ns;        ///< [rank, peer], median round trip; NaN on the diagonal
  std::string placement, bound_by, clock_check;
  Limits limits{};  ///< of the machine; empty: nobody measured them
};

}  // namespace coordbench
