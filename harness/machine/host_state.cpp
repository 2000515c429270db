#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <thread>

#include "harness/machine/environment.hpp"
#include "harness/machine/findings.hpp"
#include "harness/machine/host_facts.hpp"

namespace coordbench {
namespace {

bool is_on(const char* variable) {
  const char* value = std::getenv(variable);
  return value && std::string_view(value) != "0" && std::string_view(value) != "false";
}

void read_settings(HostState& state) {
  const char* transports = std::getenv("OMPI_MCA_btl");
  state.mpi_transports = transports ? transports : "";
  state.mpi_yields = is_on("OMPI_MCA_mpi_yield_when_idle") || is_on("OMPI_MCA_mpi_oversubscribe");
  state.huge_pages = mode_in_force(file_text("/sys/kernel/mm/transparent_hugepage/enabled"));
  state.smt = file_text("/sys/devices/system/cpu/smt/active").starts_with('1');
  state.ptrace_scope = std::atoi(file_text("/proc/sys/kernel/yama/ptrace_scope").c_str());
}

void watch_counters(HostState& state) {
  const StolenTime before = stolen_time();
  std::this_thread::sleep_for(std::chrono::duration<double>(state.observed_s));
  const StolenTime after = stolen_time();
  state.steal_ticks = after.steal_ticks - before.steal_ticks;
  state.throttled_periods = after.throttled_periods - before.throttled_periods;
}

}  // namespace

HostState read_host_state() {
  HostState state;
  state.governor = governor();
  state.clock_source = clock_source();
  state.virtualisation = virtualisation();
  state.load = std::atof(load_average().c_str());
  read_settings(state);
  state.cores = static_cast<int>(usable_cores());
  state.cpus = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  state.cpu_quota_cores = cgroup_cpu_quota_cores();
  state.timer_overhead_ns = timer_overhead_ns();
  state.shared_memory_bytes = free_shared_memory_bytes();
  state.boot_ids = {boot_id()};
  state.time_namespaces = {time_namespace()};
  watch_counters(state);
  return state;
}

std::string mode_in_force(std::string_view modes) {
  const auto open = modes.find('['), close = modes.find(']');
  return open < close && close != modes.npos ? std::string(modes.substr(open + 1, close - open - 1)) : "";
}

}  // namespace coordbench
