#include "harness/results/gbench_json.hpp"

#include <fmt/format.h>
#include <fmt/os.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <vector>

#include "harness/machine/topology.hpp"
#include "harness/options/usage_error.hpp"
#include "harness/results/result_file.hpp"

namespace coordbench {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

#ifdef __OPTIMIZE__
constexpr const char* kBuildType = "release";
#else
constexpr const char* kBuildType = "debug";
#endif

template <class T>
const T& fact(const LaunchRecord& launch, std::string_view name) {
  for (const auto& [known, value] : launch.environment)
    if (known == name) return std::get<T>(value);
  throw std::out_of_range(fmt::format("the launch's environment has no '{}'", name));
}
const std::string& text(const LaunchRecord& launch, std::string_view name) { return fact<std::string>(launch, name); }

std::string_view type_of(hwloc_obj_cache_type_t type) {
  return type == HWLOC_OBJ_CACHE_UNIFIED ? "Unified" : type == HWLOC_OBJ_CACHE_DATA ? "Data" : "Instruction";
}

/// Those around CPU 0, as Google Benchmark has them; by hwloc's habit without the instruction caches.
Json caches_of(const Topology& node) {
  Json caches = Json::array();
  for (hwloc_obj_t around = hwloc_get_obj_by_type(node.get(), HWLOC_OBJ_PU, 0); around != nullptr; around = around->parent)
    if (hwloc_obj_type_is_cache(around->type) != 0)
      caches.push_back({{"type", type_of(around->attr->cache.type)},
                        {"level", around->attr->cache.depth},
                        {"size", around->attr->cache.size},
                        {"num_sharing", hwloc_bitmap_weight(around->cpuset)}});
  return caches;
}

Json numbers_in(const std::string& words) {
  Json numbers = Json::array();
  std::istringstream stream(words);
  for (double number; stream >> number;) numbers.push_back(number);
  return numbers;
}

/// Google Benchmark's own members, then ours, which are texts as its custom context is.
Json context_of(const LaunchRecord& launch, std::int64_t mhz_per_cpu) {
  const Topology node = Topology::from_xml(text(launch, "hwloc_xml_0"));
  const std::string& governor = text(launch, "governor");
  const std::string& utc = launch.created_utc;
  Json context{{"date", utc.substr(0, utc.find('Z')) + "+00:00"},
               {"host_name", text(launch, "host")},
               {"executable", launch.command_line.substr(0, launch.command_line.find(" run "))},
               {"num_cpus", hwloc_get_nbobjs_by_type(node.get(), HWLOC_OBJ_PU)}};
  if (mhz_per_cpu > 0) context["mhz_per_cpu"] = mhz_per_cpu;
  context["cpu_scaling_enabled"] = governor != "performance" && governor != "unavailable";
  context["caches"] = caches_of(node);
  context["load_avg"] = numbers_in(text(launch, "load_before"));
  context["library_build_type"] = kBuildType;
  context["mpi_library"] = text(launch, "mpi_library");
  context["git_commit"] = launch.git_commit;
  context["campaign"] = launch.campaign;
  context["launch"] = fmt::format("{}", launch.launch);
  context["seed"] = fmt::format("{}", launch.seed);
  context["oversubscribed"] = fmt::format("{}", fact<std::int64_t>(launch, "oversubscribed"));
  return context;
}

void add_counters(Json& run, const TableRow& row, const RoundTrips& round_trips) {
  const auto counter = [&](const char* name, double value) {
    if (std::isfinite(value)) run[name] = value;
  };
  counter("p50_ns", row.latency.p50);
  counter("p90_ns", row.latency.p90);
  counter("p99_ns", row.latency.p99);
  counter("max_ns", row.latency.max);
  const Ratios ratios = round_trips.of(row);
  counter("over_round_trip_of_8_bytes", ratios.over_8_bytes);
  counter("over_ping_pong_of_own_bytes", ratios.over_own_bytes);
  counter("operations_per_second", row.operations_per_second);
  if (row.moved_bytes > 0) counter("bytes_per_second", row.operations_per_second * row.moved_bytes);
  counter("messages_per_operation", row.messages_per_operation);
  counter("expected_messages_per_operation", row.expected_messages_per_operation);
}

std::string label_of(const TableRow& row) {
  std::string label;
  for (std::size_t i = 0; i < flag_names().size(); ++i)
    if (row.flags >> i & 1U) label += fmt::format("{}{}", label.empty() ? "" : " ", flag_names()[i]);
  return label;
}

std::string error_of(const TableRow& row) {
  return fmt::format("{}{}{}", name_of(row.verdict), row.detail.empty() ? "" : ": ", row.detail);
}

/// compare.py asks every run for its times, failed ones too, which get the 0 that Google Benchmark gives them.
Json run_of(const TableRow& row, const RoundTrips& round_trips, int family, int instance) {
  const bool ok = row.verdict == Verdict::ok;
  Json run{{"name", row.name},
           {"family_index", family},
           {"per_family_instance_index", instance},
           {"run_name", row.name},
           {"run_type", "iteration"},
           {"repetitions", 1},
           {"repetition_index", 0},
           {"threads", row.ranks + row.clients}};
  if (!ok) run.update({{"error_occurred", true}, {"error_message", error_of(row)}});
  run["iterations"] = row.operations;
  run["real_time"] = ok ? row.latency.p50 : 0.0;
  run["cpu_time"] = ok ? row.cpu_ns_per_operation : 0.0;
  run["time_unit"] = "ns";
  if (ok) add_counters(run, row, round_trips);
  if (const std::string label = label_of(row); !label.empty()) run["label"] = label;
  return run;
}

bool earlier(const TableRow* a, const TableRow* b) {
  const auto key = [](const TableRow* row) { return std::tie(row->kernel, row->ranks, row->payload_bytes, row->name); };
  return key(a) < key(b);
}

Json runs_of(std::span<const TableRow> rows, const RoundTrips& round_trips) {
  std::vector<const TableRow*> cases;
  for (const TableRow& row : rows)
    if (!row.drift_watch) cases.push_back(&row);
  std::sort(cases.begin(), cases.end(), earlier);
  Json runs = Json::array();
  int family = -1, instance = 0;
  for (const TableRow* previous = nullptr; const TableRow* row : cases) {
    const bool same = previous != nullptr && previous->kernel == row->kernel;
    instance = same ? instance + 1 : 0;
    family += same ? 0 : 1;
    runs.push_back(run_of(*row, round_trips, family, instance));
    previous = row;
  }
  return runs;
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

void write_new(const fs::path& path, std::string_view content) {
  fmt::file file(path.c_str(), fmt::file::WRONLY | fmt::file::CREATE | fmt::file::TRUNC);
  while (!content.empty()) content.remove_prefix(file.write(content.data(), content.size()));
  file.close();
}

}  // namespace

nlohmann::ordered_json gbench_json(const LaunchRecord& launch, std::int64_t mhz_per_cpu, std::span<const TableRow> rows,
                                   const std::vector<RoundTrip>& round_trips_before) {
  return {{"context", context_of(launch, mhz_per_cpu)}, {"benchmarks", runs_of(rows, RoundTrips(round_trips_before, rows))}};
}

std::int64_t mhz_per_cpu(const ReadFile& read) {
  const std::string limit_khz = read("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq");
  if (!limit_khz.empty()) return std::llround(std::strtod(limit_khz.c_str(), nullptr) / 1000);
  const std::string cpuinfo = read("/proc/cpuinfo");
  const std::size_t key = cpuinfo.find("cpu MHz"), colon = cpuinfo.find(':', key);
  if (key == cpuinfo.npos || colon == cpuinfo.npos) return 0;
  return std::llround(std::strtod(cpuinfo.c_str() + colon + 1, nullptr));
}

void check_gbench_path(const fs::path& path) {
  std::error_code unknown;
  const auto refuse = [&](std::string_view why) {
    throw UsageError("--gbench-json", path.native(), fmt::format("a file in a folder that is there and open to you ({})", why));
  };
  if (::access((folder_of(path) / ".").c_str(), W_OK | X_OK) != 0) refuse(std::strerror(errno));
  if (path.filename().empty() || (fs::exists(path, unknown) && !fs::is_regular_file(path, unknown)))
    refuse("this is no regular file");
}

void write_gbench_json(const fs::path& path, const nlohmann::ordered_json& json) {
  const fs::path next = folder_of(path) / fmt::format(".{}.next", path.filename().native());
  try {
    write_new(next, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    fs::rename(next, path);
  } catch (const std::system_error& error) {
    std::error_code ignored;
    fs::remove(next, ignored);
    throw ResultError(
        fmt::format("Google Benchmark's file '{}' cannot be written ({}); make room there or name another with "
                    "--gbench-json",
                    path.native(), error.code().message()));
  }
}

}  // namespace coordbench
