#include "harness/machine/environment.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hdf5.h>
#include <hwloc.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "build_info.hpp"
#include "harness/machine/topology.hpp"

namespace coordbench {
namespace {

constexpr std::array<std::string_view, 20> kSchedulerNames = {"SLURM_CLUSTER_NAME",
                                                              "SLURM_CPUS_ON_NODE",
                                                              "SLURM_CPUS_PER_TASK",
                                                              "SLURM_CPU_BIND",
                                                              "SLURM_CPU_BIND_TYPE",
                                                              "SLURM_DISTRIBUTION",
                                                              "SLURM_HINT",
                                                              "SLURM_JOB_ID",
                                                              "SLURM_JOB_NODELIST",
                                                              "SLURM_JOB_NUM_NODES",
                                                              "SLURM_JOB_PARTITION",
                                                              "SLURM_JOB_QOS",
                                                              "SLURM_MEM_PER_NODE",
                                                              "SLURM_MPI_TYPE",
                                                              "SLURM_NNODES",
                                                              "SLURM_NTASKS",
                                                              "SLURM_NTASKS_PER_NODE",
                                                              "SLURM_TASKS_PER_NODE",
                                                              "SLURM_THREADS_PER_CORE",
                                                              "SLURM_TOPOLOGY_ADDR"};

constexpr std::array<std::string_view, 8> kMpiNames = {"FI_PROVIDER",          "OMPI_COMM_WORLD_LOCAL_SIZE",
                                                       "OMPI_COMM_WORLD_SIZE", "OMPI_UNIVERSE_SIZE",
                                                       "PMIX_GDS_MODULE",      "PMIX_VERSION",
                                                       "UCX_NET_DEVICES",      "UCX_TLS"};
constexpr std::array<std::string_view, 2> kMpiFamilies = {"OMPI_MCA_", "PMIX_MCA_"};
/// How mpirun talks to the processes that it starts; among these are addresses and the key of the job's connections.
constexpr std::array<std::string_view, 4> kLauncherFamilies = {"OMPI_MCA_orte_", "OMPI_MCA_ess", "OMPI_MCA_pmix",
                                                               "OMPI_MCA_initial_wdir"};

bool one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}
bool in_family(std::span<const std::string_view> families, std::string_view name) {
  return std::any_of(families.begin(), families.end(), [&](std::string_view family) { return name.starts_with(family); });
}
/// A path or an address; "10.0.0.0/8" is neither.
bool names_a_place(std::string_view value) {
  if (value.starts_with('/') || value.starts_with('~')) return true;
  for (auto slash = value.find('/'); slash != value.npos; slash = value.find('/', slash + 1))
    if (slash + 1 == value.size() || value[slash + 1] < '0' || value[slash + 1] > '9') return true;
  return false;
}

template <class Wanted>
std::string chosen(std::span<const std::string> environment, Wanted wanted) {
  nlohmann::json variables = nlohmann::json::object();
  for (const std::string& entry : environment) {
    const std::string name = entry.substr(0, entry.find('=')), value = entry.substr(std::min(entry.size(), name.size() + 1));
    if (wanted(name, value)) variables[name] = value;
  }
  return variables.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\n"), last = text.find_last_not_of(" \t\n");
  return first == text.npos ? "" : text.substr(first, last - first + 1);
}

std::string or_unavailable(const std::string& text) { return text.empty() ? "unavailable" : text; }

/// The value behind `key` in the first line of /proc/cpuinfo that has it.
std::string cpuinfo(const ReadFile& read, std::string_view key) {
  std::istringstream lines(read("/proc/cpuinfo"));
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (colon != line.npos && trimmed(line.substr(0, colon)) == key) return trimmed(line.substr(colon + 1));
  }
  return "";
}

std::string kernel_release() {
  utsname name{};
  uname(&name);
  return fmt::format("{} {} {}", name.sysname, name.release, name.machine);
}

/// hwloc tells its interface's version when loaded, not its own.
std::string hwloc_version() {
  const auto text = [](unsigned version) {
    return fmt::format("{}.{}.{}", version >> 16, version >> 8 & 0xff, version & 0xff);
  };
  return fmt::format("{} compiled (API {}), API {} loaded", HWLOC_VERSION, text(HWLOC_API_VERSION),
                     text(hwloc_get_api_version()));
}

std::string hdf5_version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{} compiled, {}.{}.{} loaded", H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE, major, minor,
                     release);
}

}  // namespace

Facts environment_facts(const LibraryFacts& library) {
  const std::vector<std::string> environment = environment_variables();
  return {{"host", host_name()},
          {"kernel", kernel_release()},
          {"cpu", cpu_model()},
          {"cores", usable_cores()},
          {"governor", governor()},
          {"mpi_library", library.mpi_library},
          {"mpi_version", library.mpi_version},
          {"compiler", std::string(kCompiler)},
          {"compiler_flags", std::string(kCompilerFlags)},
          {"hwloc_version", hwloc_version()},
          {"hdf5_version", hdf5_version()},
          {"cgroup_limits", cgroup_limits()},
          {"clock_source", clock_source()},
          {"scheduler_variables", scheduler_variables(environment)},
          {"mpi_variables", mpi_variables(environment)},
          {"load_before", load_average()},
          {"virtualisation", virtualisation()}};
}

std::int64_t usable_cores() {
  const Topology machine = Topology::this_machine();
  return hwloc_get_nbobjs_inside_cpuset_by_depth(machine.get(), hwloc_topology_get_allowed_cpuset(machine.get()),
                                                 core_depth(machine));
}

std::string cpu_model(const ReadFile& read) {
  const std::string model = cpuinfo(read, "model name");  // x86; others name the implementer, or the board
  return or_unavailable(model.empty() ? cpuinfo(read, "CPU implementer") : model);
}

std::string governor(const ReadFile& read) {
  std::set<std::string> governors;
  for (long cpu = 0; cpu < sysconf(_SC_NPROCESSORS_CONF); ++cpu)
    governors.insert(trimmed(read(fmt::format("/sys/devices/system/cpu/cpu{}/cpufreq/scaling_governor", cpu))));
  governors.erase("");  // a CPU that is switched off
  return or_unavailable(fmt::format("{}", fmt::join(governors, ",")));
}

std::string clock_source(const ReadFile& read) {
  return or_unavailable(trimmed(read("/sys/devices/system/clocksource/clocksource0/current_clocksource")));
}

std::string virtualisation(const ReadFile& read) {
  std::vector<std::string> layers;
  const std::string type = trimmed(read("/sys/hypervisor/type"));
  const bool flagged = (" " + cpuinfo(read, "flags") + " ").find(" hypervisor ") != std::string::npos;
  if (!type.empty())
    layers.push_back(type);
  else if (flagged || !read("/proc/device-tree/hypervisor/compatible").empty())
    layers.push_back("hypervisor");
  if (const std::string product = trimmed(read("/sys/class/dmi/id/product_name")); !layers.empty() && !product.empty())
    layers.push_back(product);
  return layers.empty() ? "none" : fmt::format("{}", fmt::join(layers, ", "));
}

std::string cgroup_limits(const ReadFile& read) {
  const int version = cgroup_place_in(read("/proc/self/cgroup"), "cpu").version;
  if (version == 0) return "none";
  const double cores = cgroup_cpu_quota_cores(read);
  const std::int64_t memory = cgroup_memory_limit_bytes(read);
  return fmt::format("v{}, {}, {}", version, std::isinf(cores) ? "no CPU limit" : fmt::format("{:g} cores", cores),
                     memory == INT64_MAX ? "no memory limit" : fmt::format("{} MiB", memory >> 20));
}

std::vector<std::string> environment_variables() {
  std::vector<std::string> environment;
  for (char** entry = environ; entry && *entry; ++entry) environment.emplace_back(*entry);
  return environment;
}

std::string scheduler_variables(std::span<const std::string> environment) {
  return chosen(environment, [](std::string_view name, std::string_view) { return one_of(kSchedulerNames, name); });
}

std::string mpi_variables(std::span<const std::string> environment) {
  return chosen(environment, [](std::string_view name, std::string_view value) {
    const bool setting = in_family(kMpiFamilies, name) && !in_family(kLauncherFamilies, name);
    return (setting || one_of(kMpiNames, name)) && !names_a_place(value);
  });
}

}  // namespace coordbench
