#include "harness/results/launch_tables.hpp"

#include <fmt/compile.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>
#include <vector>

#include "harness/machine/topology.hpp"
#include "harness/results/hdf5_variables.hpp"
#include "harness/simulated.hpp"

namespace coordbench {
namespace {

using hdf5::Dimension;
using hdf5::Handle;

/// Bytes that are no UTF-8 are replaced, as everywhere in the file.
std::string json_of(const nlohmann::json& json) { return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace); }

void write_root(const Handle& file, const LaunchRecord& launch) {
  const auto text = [&](const char* name, std::string_view value) { hdf5::write_attribute(file, name, value); };
  text("schema_version", kSchemaVersion);
  text("coordbench_version", launch.version);
  text("git_commit", launch.git_commit);
  text("created_utc", launch.created_utc);
  text("command_line", launch.command_line);
  text("arguments", json_of(launch.arguments));
  text("options", json_of(launch.options));
  text("resumptions", "[]");
  text("campaign", launch.campaign);
  hdf5::write_attribute(file, "launch", std::int64_t{launch.launch});
  hdf5::write_attribute(file, "seed", launch.seed);
  text("source", kSource);
  hdf5::write_attribute(file, "epoch_ns", launch.epoch_ns);
  hdf5::write_attribute(file, "complete", std::int64_t{0});
  text("ended_by", "");
  write_wall_times(file, 0, 0);
}

void write_environment(const Handle& file, const LaunchRecord& launch) {
  const Handle group = hdf5::make_group(file, "environment");
  hdf5::write_attribute(group, "load_after", std::string_view());
  for (const auto& [name, value] : launch.environment)
    std::visit([&, key = name.c_str()](const auto& known) { hdf5::write_attribute(group, key, known); }, value);
}

void write_plan(const Handle& file, const Plan& plan) {
  const std::size_t runs = plan.cases.size();
  std::vector<std::string> names, reasons(runs);
  std::vector<std::int64_t> order(runs);
  std::iota(order.begin(), order.end(), 0);
  for (const Case& planned : plan.cases) names.push_back(planned.name);
  for (const Skipped& skipped : plan.skipped) {
    names.push_back(skipped.name);
    reasons.push_back(skipped.reason);
    order.push_back(-1);
  }
  const Handle group = hdf5::make_group(file, "plan");
  Dimension planned(group, "planned", names.size());
  hdf5::write_variable(group, "name", {&planned}, {.long_name = "case, its group below /samples once it has run"}, names);
  hdf5::write_variable(group, "order", {&planned}, {"1", "place in the shuffled order, -1 if skipped"}, order);
  hdf5::write_variable(group, "reason", {&planned}, {.long_name = "why the combination was skipped"}, reasons);
  planned.list_variables();
}

/// One member of every rank's row, as a variable on the dimension `rank`.
template <class T, class Member>
void write_rank_column(const Handle& group, Dimension& rank, const LaunchRecord& launch, const char* name, Member member,
                       const hdf5::Legend& legend) {
  std::vector<T> values;
  for (const LaunchRecord::RankRow& row : launch.ranks) values.emplace_back(row.*member);
  hdf5::write_variable(group, name, {&rank}, legend, values);
}

void write_seats(const Handle& group, Dimension& rank, const LaunchRecord& launch) {
  using Row = LaunchRecord::RankRow;
  const auto number = [&](const char* name, int Row::*member, const char* long_name) {
    write_rank_column<std::int64_t>(group, rank, launch, name, member, {"1", long_name});
  };
  number("node", &Row::node, "node the rank runs on");
  write_rank_column<std::string>(group, rank, launch, "host", &Row::host, {.long_name = "name of the node"});
  number("package", &Row::package, "OS index of the package, -1 if unbound");
  number("numa", &Row::numa, "OS index of the NUMA node, -1 if unbound");
  number("core", &Row::core, "OS index of the core, -1 if unbound");
  number("pu", &Row::pu, "OS index of the hardware thread, -1 if unbound");
  write_rank_column<std::string>(group, rank, launch, "cpuset", &Row::cpuset,
                                 {.long_name = "hardware threads the rank may use"});
}

void write_clocks(const Handle& group, Dimension& rank, const LaunchRecord& launch) {
  using Row = LaunchRecord::RankRow;
  write_rank_column<double>(group, rank, launch, "clock_offset_ns", &Row::clock_offset_ns,
                            {"ns", "rank's clock minus rank 0's"});
  write_rank_column<double>(group, rank, launch, "clock_drift", &Row::clock_drift, {"1", "growth of the offset, ns per ns"});
  write_rank_column<double>(group, rank, launch, "clock_error_ns", &Row::clock_error_ns,
                            {"ns", "bound on the error of the rank's stamps, the largest during the launch"});
}

void write_matrices(const Handle& group, Dimension& rank, const LaunchRecord& launch) {
  Dimension peer(group, "peer", rank.length());
  hdf5::write_variable(group, "distance", {&rank, &peer}, {"1", "closest level of the machine that two ranks share"},
                       launch.distance);
  const Handle distance = hdf5::open_variable(group, "distance");
  std::vector<std::int8_t> values(kDistanceNames.size());
  std::iota(values.begin(), values.end(), std::int8_t{0});
  hdf5::write_attribute(distance, "flag_values", std::span<const std::int8_t>(values));
  hdf5::write_attribute(distance, "flag_meanings", fmt::format(FMT_COMPILE("{}"), fmt::join(kDistanceNames, " ")));
  hdf5::write_variable(group, "ping_ns", {&rank, &peer}, {"ns", "median round trip between two ranks"}, launch.ping_ns);
  peer.list_variables();
}

void write_ranks(const Handle& file, const LaunchRecord& launch) {
  const Handle group = hdf5::make_group(file, "ranks");
  hdf5::write_attribute(group, "placement", launch.placement);
  hdf5::write_attribute(group, "bound_by", launch.bound_by);
  hdf5::write_attribute(group, "clock_check", launch.clock_check);
  Dimension rank(group, "rank", launch.ranks.size());
  write_seats(group, rank, launch);
  write_clocks(group, rank, launch);
  write_matrices(group, rank, launch);
  rank.list_variables();
}

/// Left out, rather than empty, where nobody measured them.
void write_limits(const Handle& file, const Limits& limits) {
  if (limits.empty()) return;
  std::vector<std::string> names;
  std::vector<double> times_ns, bytes_per_second;
  for (const Limit& limit : limits) {
    names.push_back(limit.name);
    times_ns.push_back(limit.time_ns);
    bytes_per_second.push_back(limit.bytes_per_second);
  }
  const Handle group = hdf5::make_group(file, "limits");
  Dimension limit(group, "limit", limits.size());
  hdf5::write_variable(group, "name", {&limit}, {.long_name = "benchmark of coordbench-micro"}, names);
  hdf5::write_variable(group, "time_ns", {&limit}, {"ns", "one iteration, median"}, times_ns);
  hdf5::write_variable(group, "bytes_per_second", {&limit}, {"byte/s", "payload moved; NaN where none is"}, bytes_per_second);
  limit.list_variables();
}
}  // namespace

const char* const kSource = kSimulated ? "simulated" : "measured";

void create_launch_tables(const Handle& file, const LaunchRecord& launch) {
  write_root(file, launch);
  write_environment(file, launch);
  write_plan(file, *launch.plan);
  write_ranks(file, launch);
  write_limits(file, launch.limits);
}

void write_wall_times(const Handle& file, double wall_s, double writing_s) {
  hdf5::write_attribute(file, "wall_s", wall_s);
  hdf5::write_attribute(file, "writing_s", writing_s);
}

void add_resumption(const Handle& file, const LaunchRecord& launch, std::size_t first_case) {
  nlohmann::json resumptions = nlohmann::json::parse(hdf5::read_text(file, "resumptions"));
  std::vector<std::string> hosts;
  for (const LaunchRecord::RankRow& row : launch.ranks) hosts.push_back(row.host);
  resumptions.push_back(
      {{"utc", launch.created_utc}, {"first_case", first_case}, {"epoch_ns", launch.epoch_ns}, {"hosts", hosts}});
  hdf5::write_attribute(file, "resumptions", json_of(resumptions));
  hdf5::write_attribute(file, "complete", std::int64_t{0});
  hdf5::write_attribute(file, "ended_by", std::string_view());
}

/// Of several lives of the launch the first trouble with clocks and the largest errors stay.
void finish_launch_tables(const Handle& file, const LaunchEnd& end) {
  hdf5::write_attribute(hdf5::open_group(file, "environment"), "load_after", end.load_after);
  const Handle ranks = hdf5::open_group(file, "ranks");
  if (end.clock_check != "ok") hdf5::write_attribute(ranks, "clock_check", end.clock_check);
  auto errors_ns = hdf5::read_variable<double>(ranks, "clock_error_ns");
  for (std::size_t rank = 0; rank < errors_ns.size(); ++rank)
    errors_ns[rank] = std::fmax(errors_ns[rank], end.clock_error_ns.at(rank));
  hdf5::overwrite_variable(ranks, "clock_error_ns", errors_ns);
  hdf5::write_attribute(file, "complete", std::int64_t{1});
  leave_launch_tables(file, "plan");
}

void leave_launch_tables(const Handle& file, const std::string& why) {
  hdf5::write_attribute(file, "ended_by", std::string_view(why));
}

}  // namespace coordbench
