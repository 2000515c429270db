#include "harness/machine/limits.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "harness/options/usage_error.hpp"

namespace coordbench {
namespace {

using Json = nlohmann::json;

double nanoseconds_in(const std::string& unit) {
  static const std::map<std::string, double> kUnits{{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
  return kUnits.at(unit);
}

/// The median that Google Benchmark writes for several repetitions, or the only run.
bool counts(const Json& run) {
  return run.at("run_type") == "aggregate" ? run.at("aggregate_name") == "median" : run.value("repetitions", 1) == 1;
}

Limits limits_in(const Json& json) {
  Limits limits;
  for (const Json& run : json.at("benchmarks")) {
    if (!counts(run) || run.value("error_occurred", false)) continue;
    limits.push_back({.name = run.at("run_name"),
                      .time_ns = run.at("real_time").get<double>() * nanoseconds_in(run.at("time_unit")),
                      .bytes_per_second = run.value("bytes_per_second", std::numeric_limits<double>::quiet_NaN())});
    if (!(limits.back().time_ns > 0)) throw std::domain_error("nothing takes no time");
  }
  return limits;
}

/// Other programs write such files too, coordbench itself for example. Reading a device or a pipe might never end.
Json parsed(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file)) throw std::domain_error("nobody wrote it");
  std::ifstream stream(file);
  Json json = Json::parse(stream, nullptr, false);
  if (json.at("context").at("program") != "coordbench-micro") throw std::domain_error("another program wrote it");
  return json;
}

}  // namespace

Limits read_limits(const std::filesystem::path& file, const std::string& host) {
  constexpr const char* accepted =
      "the JSON that coordbench-micro writes with --benchmark_out=FILE, with at least one benchmark in it";
  Limits limits;
  std::string measured_on;
  try {
    const Json json = parsed(file);
    limits = limits_in(json);
    measured_on = json.at("context").at("host_name");
  } catch (const std::exception&) {  // no such file, no JSON, or another program's JSON
  }
  if (limits.empty() || measured_on.empty()) throw UsageError("--micro", file.native(), accepted);
  if (measured_on != host)
    throw UsageError(
        fmt::format("--micro: '{}' was measured on {}, and rank 0 runs on {}; limits are those of one machine: "
                    "run coordbench-micro there",
                    file.native(), measured_on, host));
  return limits;
}

std::optional<double> time_of(const Limits& limits, std::string_view name) {
  const auto found = std::find_if(limits.begin(), limits.end(), [&](const Limit& limit) { return limit.name == name; });
  return found == limits.end() ? std::nullopt : std::optional(found->time_ns);
}

}  // namespace coordbench
