#pragma once
// `coordbench doctor`, the part that needs no MPI: what about this machine would spoil a measurement, and what to do about it.

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coordbench {

struct Finding {
  enum Level { good, note, warning };
  Level level = good;
  std::string sentence;  ///< what was found and, unless it is good, what to do
};

/// One host, and what the launch's ranks say of theirs. The defaults are those of a sound machine.
struct HostState {
  std::string governor = "performance";
  std::string clock_source = "tsc";
  std::string virtualisation = "none";
  std::string huge_pages = "madvise";  ///< mode in force of transparent huge pages: always, madvise, never; empty: not known
  bool smt = false;                    ///< cores run more than one hardware thread
  int cores = 1;                       ///< that this job may use, on this host
  int cpus = 1;                        ///< hardware threads of the host that are switched on
  double load = 0;                     ///< load average over the last minute
  double observed_s = 1;               ///< how long the two counters below were watched
  std::int64_t steal_ticks = 0;
  std::int64_t throttled_periods = 0;
  double cpu_quota_cores = std::numeric_limits<double>::infinity();
  double timer_overhead_ns = 20;
  int ptrace_scope = 0;                          ///< Yama's; 2 and 3 forbid one rank to read another's memory
  std::int64_t shared_memory_bytes = INT64_MAX;  ///< free in /dev/shm
  std::string mpi_transports;                    ///< OMPI_MCA_btl as set; empty: the library's choice
  bool mpi_yields = false;                       ///< a setting makes waiting ranks yield their cores
  int ranks = 1;                                 ///< on this host
  std::vector<std::string> boot_ids;             ///< [rank]
  std::vector<std::string> time_namespaces;      ///< [rank]
};

/// Watches this host for a second. `ranks`, `boot_ids` and `time_namespaces` are those of this process alone.
/// Throws std::runtime_error if hwloc cannot read this machine.
HostState read_host_state();

/// The word in brackets: the kernel's way to show which of several modes is on. Empty if there is none.
std::string mode_in_force(std::string_view modes);

/// One finding per question that doctor asks, always in the same order.
std::vector<Finding> host_findings(const HostState& state);

/// A line per finding, the level in front.
std::string findings_text(std::span<const Finding> findings);

}  // namespace coordbench
