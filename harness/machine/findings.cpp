#include "harness/machine/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

namespace coordbench {
namespace {

template <class... Values>
Finding good(fmt::format_string<const Values&...> text, const Values&... values) {
  return {Finding::good, fmt::format(text, values...)};
}
template <class... Values>
Finding note(fmt::format_string<const Values&...> text, const Values&... values) {
  return {Finding::note, fmt::format(text, values...)};
}
template <class... Values>
Finding warning(fmt::format_string<const Values&...> text, const Values&... values) {
  return {Finding::warning, fmt::format(text, values...)};
}

std::string counted(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

Finding on_governor(const HostState& state) {
  if (state.governor == "performance") return good("The frequency governor is performance.");
  if (state.governor == "unavailable")
    return note("The frequency governor cannot be seen from here; if you run the host, set it to performance there.");
  return warning(
      "The frequency governor is {}, so cores change speed while a case runs; set it with "
      "`cpupower frequency-set -g performance`.",
      state.governor);
}

Finding on_clock_source(const HostState& state) {
  static constexpr std::array<std::string_view, 4> kFast = {"tsc", "arch_sys_counter", "kvm-clock",
                                                            "hyperv_clocksource_tsc_page"};
  if (std::find(kFast.begin(), kFast.end(), state.clock_source) != kFast.end())
    return good("The clock source is {}, read without a system call.", state.clock_source);
  return warning(
      "The clock source is {}, slow to read on most machines; see why the kernel left tsc (`dmesg | grep -i tsc`) and boot "
      "with it.",
      state.clock_source);
}

Finding on_timer_overhead(const HostState& state) {
  constexpr double kUsual = 60;  // a fifth of the shortest round trip between two cores over MPI, about 300 ns
  if (state.timer_overhead_ns <= kUsual) return good("Reading the clock costs {:.0f} ns.", state.timer_overhead_ns);
  return warning(
      "Reading the clock costs {:.0f} ns, too much beside operations of a few hundred; look at the clock source, and trust "
      "only cases without the flag timer_overhead.",
      state.timer_overhead_ns);
}

Finding on_steal(const HostState& state) {
  if (state.steal_ticks == 0) return good("The hypervisor took no time during {:.1f} s.", state.observed_s);
  return warning(
      "The hypervisor took {} ms of CPU time during {:.1f} s; measure when its other guests are quiet, or on a machine of "
      "your own.",
      10 * state.steal_ticks, state.observed_s);
}

Finding on_virtualisation(const HostState& state) {
  if (state.virtualisation == "none") return good("This is no virtual machine, as far as one can see from here.");
  return note(
      "This is a virtual machine ({}), whose cores other guests may share; compare medians of launches, never single ones.",
      state.virtualisation);
}

Finding on_load(const HostState& state) {
  const int free = state.cpus - state.ranks;
  if (state.load <= std::max(0.0, static_cast<double>(free)) + 0.3)
    return good("The load average is {:.2f}, on {}.", state.load, counted(state.cpus, "hardware thread"));
  return warning("The load average is {:.2f} on {}, {} of them for ranks; stop what else runs here, or wait until it is over.",
                 state.load, counted(state.cpus, "hardware thread"), state.ranks);
}

Finding on_quota(const HostState& state) {
  if (std::isinf(state.cpu_quota_cores)) return good("No cgroup limits the CPU time.");
  if (state.cpu_quota_cores >= state.ranks)
    return good("The cgroup's quota of {:g} cores is enough for {}.", state.cpu_quota_cores, counted(state.ranks, "rank"));
  return warning(
      "The cgroup's quota is {:g} cores for {}, which will be stopped for the rest of each period; start fewer, or raise "
      "the quota.",
      state.cpu_quota_cores, counted(state.ranks, "rank"));
}

Finding on_throttling(const HostState& state) {
  if (state.throttled_periods == 0) return good("The cgroup was not throttled during {:.1f} s.", state.observed_s);
  return warning("The cgroup was throttled in {} during {:.1f} s; raise its quota, or stop what else runs in it.",
                 counted(state.throttled_periods, "period"), state.observed_s);
}

Finding on_oversubscription(const HostState& state) {
  if (state.ranks <= state.cores) return good("{} on {}.", counted(state.ranks, "rank"), counted(state.cores, "core"));
  return warning("{} share {}: counts hold, latencies do not; for those start at most {}.", counted(state.ranks, "rank"),
                 counted(state.cores, "core"), state.cores);
}

Finding on_smt(const HostState& state) {
  if (!state.smt) return good("Each core runs one hardware thread.");
  return note(
      "Each core runs several hardware threads (SMT); keep to one rank a core, as `--placement compact` does, and keep other "
      "programs off the siblings.");
}

Finding on_huge_pages(const HostState& state) {
  if (state.huge_pages != "always")
    return good("Transparent huge pages are {}.", state.huge_pages.empty() ? "not offered" : "not forced on anybody");
  return note(
      "Transparent huge pages are on for everybody, and the kernel may merge pages while a case runs; "
      "`echo madvise > /sys/kernel/mm/transparent_hugepage/enabled` ends that.");
}

bool excludes_shared_memory(std::string_view transports) {
  const bool named = transports.find("vader") != transports.npos || transports.find("sm") != transports.npos;
  return !transports.empty() && named == transports.starts_with('^');
}

Finding on_transports(const HostState& state) {
  if (excludes_shared_memory(state.mpi_transports))
    return warning(
        "OMPI_MCA_btl is '{}', which leaves out shared memory (vader), so ranks of one host talk through the network; unset "
        "it, or add vader.",
        state.mpi_transports);
  if (state.mpi_transports.empty()) return good("The MPI library chooses its transports itself.");
  return good("OMPI_MCA_btl is '{}', with shared memory between ranks of one host.", state.mpi_transports);
}

Finding on_yielding(const HostState& state) {
  if (!state.mpi_yields) return good("Waiting ranks keep their cores.");
  return warning(
      "Open MPI is told to yield while it waits (mpi_yield_when_idle, or mpirun found more ranks than slots), which can "
      "triple a latency; start as many ranks as there are cores, without that setting.");
}

Finding on_single_copy(const HostState& state) {
  if (state.ptrace_scope < 2) return good("A rank may read another's memory, so that large payloads are copied once.");
  return note(
      "kernel.yama.ptrace_scope is {}, so that payloads above 4 KiB are copied twice; `sysctl kernel.yama.ptrace_scope=0` "
      "allows one copy.",
      state.ptrace_scope);
}

Finding on_shared_memory(const HostState& state) {
  constexpr std::int64_t kPerRank = std::int64_t{16} << 20;  // Open MPI maps 4 MiB a rank, more when payloads are large
  const std::int64_t needed = kPerRank * state.ranks;
  if (state.shared_memory_bytes >= needed) return good("/dev/shm has room for {}.", counted(state.ranks, "rank"));
  return warning("/dev/shm has {} MiB left, less than {} MiB for {}; empty or enlarge it (docker: --shm-size).",
                 state.shared_memory_bytes >> 20, needed >> 20, counted(state.ranks, "rank"));
}

Finding on_boots(const HostState& state) {
  const std::size_t boots = std::set(state.boot_ids.begin(), state.boot_ids.end()).size();
  if (boots <= 1) return good("All ranks share one boot, and so one clock.");
  return note(
      "The ranks are on {} hosts, each with a clock of its own; start them all on one where that clock's error matters, and "
      "trust only cases without the flag clock_bound.",
      boots);
}

/// The first namespace has the same name on every host.
Finding on_time_namespaces(const HostState& state) {
  std::set<std::pair<std::string, std::string>> clocks;
  for (std::size_t rank = 0; rank < std::min(state.boot_ids.size(), state.time_namespaces.size()); ++rank)
    clocks.emplace(state.boot_ids[rank], state.time_namespaces[rank]);
  if (clocks.size() <= std::set(state.boot_ids.begin(), state.boot_ids.end()).size())
    return good("Ranks of one host are in one time namespace.");
  return warning(
      "Ranks of one host are in different time namespaces, whose clocks may be apart; start them all in one container.");
}

constexpr std::array kQuestions = {on_governor,   on_clock_source,   on_timer_overhead, on_virtualisation,   on_steal,
                                   on_load,       on_quota,          on_throttling,     on_oversubscription, on_smt,
                                   on_huge_pages, on_transports,     on_yielding,       on_single_copy,      on_shared_memory,
                                   on_boots,      on_time_namespaces};

constexpr std::array<std::string_view, 3> kLevels = {"good", "note", "warning"};

}  // namespace

std::vector<Finding> host_findings(const HostState& state) {
  std::vector<Finding> findings;
  for (const auto question : kQuestions) findings.push_back(question(state));
  return findings;
}

std::string findings_text(std::span<const Finding> findings) {
  std::string text;
  for (const Finding& finding : findings) text += fmt::format("{:<7}  {}\n", kLevels.at(finding.level), finding.sentence);
  return text;
}

}  // namespace coordbench
