#pragma once
// What the kernel says of this host, of the cgroup around this process and of the process itself. Files come through a
// function, so that tests can show hosts that they do not run on; a file that is not there reads as empty, and no function here
// throws.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace coordbench {

/// The text of a file by its absolute path; empty if it cannot be read.
using ReadFile = std::function<std::string(const std::string& path)>;
std::string file_text(const std::string& path);

std::string host_name();
std::string boot_id();         ///< differs between boots, and so between clocks
std::string time_namespace();  ///< "time:[…]": processes in different ones may read different clocks
std::string load_average(const ReadFile& read = file_text);  ///< over 1, 5 and 15 minutes, three numbers

/// Counters since the boot; what matters is how they change.
struct StolenTime {
  std::int64_t steal_ticks = 0;        ///< hundredths of a second in which the hypervisor ran somebody else, all CPUs together
  std::int64_t throttled_periods = 0;  ///< in which this cgroup, or one around it, had used up its quota
};
StolenTime stolen_time(const ReadFile& read = file_text);

/// The host's available memory, or the cgroup's limit if that is less; INT64_MAX if neither is known.
std::int64_t memory_available_bytes(const ReadFile& read = file_text);
/// What /dev/shm has left; INT64_MAX where there is none.
std::int64_t free_shared_memory_bytes();
/// CPU time per second that this cgroup and those around it allow, in cores; infinity without a quota.
double cgroup_cpu_quota_cores(const ReadFile& read = file_text);
/// The memory limit of this cgroup and those around it; INT64_MAX without one.
std::int64_t cgroup_memory_limit_bytes(const ReadFile& read = file_text);

double timer_overhead_ns();           ///< median cost of one now_ns()
std::int64_t involuntary_switches();  ///< times this process lost its core so far
std::int64_t cpu_time_ns();           ///< user and system time of this process so far

// The parsers below take a file's text.
std::int64_t steal_ticks_in(std::string_view proc_stat);
std::int64_t available_bytes_in(std::string_view meminfo);  ///< INT64_MAX if it does not say
double quota_cores_in(std::string_view cpu_max);            ///< cgroup v2: "150000 100000" is 1.5, "max 100000" infinity
/// The number behind `key` in lines of a key and a number; `absent` if there is none.
std::int64_t number_behind(std::string_view text, std::string_view key, std::int64_t absent);
/// The folder below which a controller's files are, and the cgroup's path in it, from /proc/self/cgroup: v1 where it names
/// the controller, else v2. Empty folder: in no cgroup.
struct CgroupPlace {
  int version = 0;
  std::string folder;  ///< "/sys/fs/cgroup/cpu" or "/sys/fs/cgroup"
  std::string path;    ///< "/a/b"; "/" is the root
};
CgroupPlace cgroup_place_in(std::string_view proc_self_cgroup, std::string_view controller);

}  // namespace coordbench
