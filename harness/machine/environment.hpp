#pragma once
// The environment record: the facts of machine and build that a reader needs to judge a number.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "harness/machine/host_facts.hpp"

namespace coordbench {

/// Attributes of /environment, by name.
using Facts = std::vector<std::pair<std::string, std::variant<std::string, std::int64_t, double>>>;

/// What only the MPI library can say of itself.
struct LibraryFacts {
  std::string mpi_library;  ///< its name and version, as loaded
  std::string mpi_version;  ///< of the standard, or of the library
};

/// Every attribute of /environment (results/README.md) but hwloc_xml_*, load_after, timer_overhead_ns and oversubscribed.
/// `load_before` is read in this call. Throws std::runtime_error if hwloc cannot read this machine.
Facts environment_facts(const LibraryFacts& library);

/// Cores with at least one hardware thread that this job may use. Throws like environment_facts.
std::int64_t usable_cores();
std::string cpu_model(const ReadFile& read = file_text);
/// The distinct frequency governors, comma-separated; "unavailable" where the kernel shows none, as in most virtual machines.
std::string governor(const ReadFile& read = file_text);
std::string clock_source(const ReadFile& read = file_text);
/// "none", or what is known of the hypervisor: "hypervisor", "xen", "hypervisor, KVM Virtual Machine".
std::string virtualisation(const ReadFile& read = file_text);
/// "v2, 1.5 cores, 1024 MiB" or "v1, no CPU limit, no memory limit".
std::string cgroup_limits(const ReadFile& read = file_text);

/// The environment as "NAME=value", of which the functions below choose by name.
std::vector<std::string> environment_variables();
/// JSON object of the scheduler's variables: job, size and binding.
std::string scheduler_variables(std::span<const std::string> environment);
/// JSON object of the MPI settings that change what is measured; without the launcher's own bookkeeping (addresses, session
/// keys) and without values that name paths.
std::string mpi_variables(std::span<const std::string> environment);

}  // namespace coordbench
