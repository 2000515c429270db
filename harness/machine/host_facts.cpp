#include "harness/machine/host_facts.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <system_error>
#include <vector>

#include "harness/machine/clock.hpp"

namespace coordbench {
namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// One file of a controller in this cgroup and in every one around it, innermost first. In a container the path may be the
/// host's, of which only the root exists here.
std::vector<std::string> files_up_to_root(const ReadFile& read, const CgroupPlace& place, const std::string& file) {
  std::vector<std::string> texts;
  if (place.folder.empty()) return texts;
  for (std::string path = place.path;; path.erase(path.rfind('/'))) {
    if (path == "/") path.clear();
    if (std::string text = read(place.folder + path + "/" + file); !text.empty()) texts.push_back(std::move(text));
    if (path.empty()) return texts;
  }
}

CgroupPlace place_of(const ReadFile& read, std::string_view controller) {
  CgroupPlace place = cgroup_place_in(read("/proc/self/cgroup"), controller);
  // Where v1 and v2 are mounted side by side, v2 has a folder of its own.
  if (place.version == 2 && read("/sys/fs/cgroup/cgroup.controllers").empty() &&
      !read("/sys/fs/cgroup/unified/cgroup.controllers").empty())
    place.folder += "/unified";
  return place;
}

std::int64_t whole_number(const std::string& text, std::int64_t absent) {
  std::istringstream words(text);
  std::int64_t number;
  return words >> number ? number : absent;
}

double v1_quota_cores(const ReadFile& read, const CgroupPlace& place) {
  const auto quotas = files_up_to_root(read, place, "cpu.cfs_quota_us");
  const auto periods = files_up_to_root(read, place, "cpu.cfs_period_us");
  double least = kUnlimited;
  for (std::size_t i = 0; i < std::min(quotas.size(), periods.size()); ++i)
    if (const std::int64_t quota = whole_number(quotas[i], -1), period = whole_number(periods[i], 0); quota > 0 && period > 0)
      least = std::min(least, static_cast<double>(quota) / static_cast<double>(period));
  return least;
}

rusage usage_of_this_process() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

}  // namespace

std::string file_text(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string boot_id() { return first_line(file_text("/proc/sys/kernel/random/boot_id")); }

std::string time_namespace() {
  std::error_code absent;
  return std::filesystem::read_symlink("/proc/self/ns/time", absent).string();
}

std::string load_average(const ReadFile& read) {
  std::istringstream words(read("/proc/loadavg"));
  std::string one, five, fifteen;
  return words >> one >> five >> fifteen ? one + " " + five + " " + fifteen : "";
}

StolenTime stolen_time(const ReadFile& read) {
  StolenTime stolen{.steal_ticks = steal_ticks_in(read("/proc/stat"))};
  for (const std::string& text : files_up_to_root(read, place_of(read, "cpu"), "cpu.stat"))
    stolen.throttled_periods += number_behind(text, "nr_throttled", 0);
  return stolen;
}

std::int64_t memory_available_bytes(const ReadFile& read) {
  return std::min(available_bytes_in(read("/proc/meminfo")), cgroup_memory_limit_bytes(read));
}

double cgroup_cpu_quota_cores(const ReadFile& read) {
  const CgroupPlace place = place_of(read, "cpu");
  if (place.version == 1) return v1_quota_cores(read, place);
  double least = kUnlimited;
  for (const std::string& text : files_up_to_root(read, place, "cpu.max")) least = std::min(least, quota_cores_in(text));
  return least;
}

std::int64_t cgroup_memory_limit_bytes(const ReadFile& read) {
  constexpr std::int64_t kNoLimit = std::int64_t{1} << 62;  // v1 says "none" with 2^63 rounded down to a page
  const CgroupPlace place = place_of(read, "memory");
  std::int64_t least = INT64_MAX;
  for (const std::string& text : files_up_to_root(read, place, place.version == 1 ? "memory.limit_in_bytes" : "memory.max"))
    if (const std::int64_t limit = whole_number(text, INT64_MAX); limit < kNoLimit) least = std::min(least, limit);
  return least;
}

std::int64_t free_shared_memory_bytes() {
  std::error_code absent;
  const auto space = std::filesystem::space("/dev/shm", absent);
  return absent ? INT64_MAX : static_cast<std::int64_t>(space.available);
}

double timer_overhead_ns() {
  constexpr int kReadings = 100;
  std::array<double, 101> costs{};
  for (double& cost : costs) {
    const Time begin = now_ns();
    Time end = begin;
    for (int i = 0; i < kReadings; ++i) end = now_ns();
    cost = static_cast<double>(end - begin) / kReadings;
  }
  const auto middle = costs.begin() + costs.size() / 2;
  std::nth_element(costs.begin(), middle, costs.end());
  return *middle;
}

std::int64_t involuntary_switches() { return usage_of_this_process().ru_nivcsw; }

std::int64_t cpu_time_ns() {
  const rusage usage = usage_of_this_process();
  const auto ns = [](const timeval& time) { return (std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec) * 1'000; };
  return ns(usage.ru_utime) + ns(usage.ru_stime);
}

std::int64_t steal_ticks_in(std::string_view proc_stat) {
  std::istringstream words{std::string(proc_stat)};
  std::string all_cpus;
  std::array<std::int64_t, 8> ticks{};  // user nice system idle iowait irq softirq steal
  words >> all_cpus;
  for (std::int64_t& kind : ticks) words >> kind;
  return words && all_cpus == "cpu" ? ticks.back() : 0;
}

std::int64_t available_bytes_in(std::string_view meminfo) {
  const std::int64_t kib = number_behind(meminfo, "MemAvailable:", -1);
  return kib < 0 ? INT64_MAX : kib * 1024;
}

double quota_cores_in(std::string_view cpu_max) {
  std::istringstream words{std::string(cpu_max)};
  double quota_us, period_us;
  return words >> quota_us >> period_us && quota_us > 0 && period_us > 0 ? quota_us / period_us : kUnlimited;
}

std::int64_t number_behind(std::string_view text, std::string_view key, std::int64_t absent) {
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    std::int64_t number;
    if (words >> word && word == key && words >> number) return number;
  }
  return absent;
}

CgroupPlace cgroup_place_in(std::string_view proc_self_cgroup, std::string_view controller) {
  CgroupPlace place;
  std::istringstream lines{std::string(proc_self_cgroup)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string number, controllers, path;
    if (!std::getline(fields, number, ':') || !std::getline(fields, controllers, ':') || !std::getline(fields, path)) continue;
    if (("," + controllers + ",").find("," + std::string(controller) + ",") != std::string::npos)
      return {1, "/sys/fs/cgroup/" + std::string(controller), path};
    if (number == "0" && controllers.empty()) place = {2, "/sys/fs/cgroup", path};
  }
  return place;
}

}  // namespace coordbench
