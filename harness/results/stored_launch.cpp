#include "harness/results/stored_launch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <set>
#include <string_view>

#include "harness/options/usage_error.hpp"
#include "harness/results/case_columns.hpp"
#include "harness/results/case_tables.hpp"
#include "harness/results/hdf5_shape.hpp"
#include "harness/results/hdf5_variables.hpp"
#include "harness/results/launch_tables.hpp"
#include "harness/results/readable.hpp"

namespace coordbench {
namespace {

using hdf5::Handle;

[[noreturn]] void damaged(const std::string& what) { throw hdf5::Failure(what, 0); }

/// A JSON list of texts in an attribute of the file.
Texts texts_in(const Handle& file, const char* attribute) {
  const auto json = nlohmann::json::parse(hdf5::read_text(file, attribute), nullptr, false);
  const bool is_list = json.is_array() && std::all_of(json.begin(), json.end(), [](auto& each) { return each.is_string(); });
  if (!is_list || json.empty()) damaged(fmt::format("its attribute {} is no JSON list of texts", attribute));
  return json.get<Texts>();
}

std::string program_of(const Texts& arguments) { return std::filesystem::path(arguments.front()).filename().string(); }

/// Throws UsageError for the first thing in which a file and the program that goes on with it are not of the same origin.
void expect_origin(const std::string& file, const Handle& root, const Origin& here) {
  const auto expect = [&](std::string_view what, const std::string& then, const std::string& now) {
    if (then == now) return;
    throw UsageError(
        fmt::format("--resume: '{}' has the {} '{}', and this launch '{}': half a launch of each would be neither; "
                    "go on with what began it, or run the launch anew",
                    file, what, then, now));
  };
  if (!hdf5::has_attribute(root, "schema_version"))
    throw UsageError(
        fmt::format("--resume: '{}' was not written by coordbench; accepted: a launch-*.h5 of this version", file));
  expect("schema_version", hdf5::read_text(root, "schema_version"), here.schema_version);
  expect("source", hdf5::read_text(root, "source"), here.source);
  expect("program", program_of(texts_in(root, "arguments")), here.program);
  expect("coordbench_version", hdf5::read_text(root, "coordbench_version"), here.coordbench_version);
  const std::string commit = hdf5::read_text(root, "git_commit");
  expect("git_commit", commit, here.git_commit);
  if (commit == "unknown")
    throw UsageError(
        fmt::format("--resume: '{}' has the git_commit 'unknown', so nobody knows whether this is the program that "
                    "began it; build coordbench in its git repository, and run the launch anew",
                    file));
}

void expect_ranks(const std::string& file, const Handle& root, const Origin& here) {
  const hsize_t ranks = hdf5::length_of(hdf5::open_group(root, "ranks"), "rank");
  if (ranks != static_cast<hsize_t>(here.ranks))
    throw UsageError(fmt::format("--resume: '{}' was begun on {} ranks, and this launch has {}; start it with mpirun -n {}",
                                 file, ranks, here.ranks, ranks));
}

/// A file as this program writes it, with the same numbers of ranks and planned cases, and no finished case.
Handle model_of(std::size_t planned, int ranks) {
  const auto count = static_cast<std::size_t>(ranks);
  Plan plan;
  plan.cases.resize(planned);
  LaunchRecord record;
  record.plan = &plan;
  record.ranks.resize(count);
  record.distance.resize(count * count);
  record.ping_ns.resize(count * count);
  Handle model = hdf5::create_memory_file();
  create_launch_tables(model, record);
  create_case_tables(model);
  return model;
}

/// Names of the planned cases in the order of /plan, which is the order they run in, without skipped combinations.
Texts planned_in(const Handle& plan) {
  const auto names = hdf5::read_variable<std::string>(plan, "name");
  const auto order = hdf5::read_variable<std::int64_t>(plan, "order");
  Texts planned;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (order[i] >= 0 && order[i] != static_cast<std::int64_t>(planned.size()))
      damaged(fmt::format("/plan/order says {} where {} belongs", order[i], planned.size()));
    if (order[i] >= 0) planned.push_back(names[i]);
  }
  return planned;
}

template <class T>
void expect_lengths(const Handle& cases, hsize_t rows) {
  for (const CaseColumn<T>& column : case_columns<T>())
    if (const hsize_t length = hdf5::length_of(cases, column.name); length != rows)
      damaged(fmt::format("/cases/{} holds {} values, where {} belong", column.name, length, rows));
}

/// Names of the finished cases, each of which is planned, there once, and has its samples.
Texts done_in(const Handle& file, const Handle& cases, const Texts& planned) {
  const hsize_t rows = hdf5::length_of(cases, "case");
  expect_lengths<std::string>(cases, rows);
  expect_lengths<std::int64_t>(cases, rows);
  expect_lengths<double>(cases, rows);
  expect_lengths<std::uint32_t>(cases, rows);
  Texts done = hdf5::read_variable<std::string>(cases, "name");
  std::set<std::string_view> due(planned.begin(), planned.end());
  const Handle samples = hdf5::open_group(file, "samples");
  for (const std::string& name : done) {
    if (due.erase(name) == 0) damaged(fmt::format("/cases/name has '{}', which is not in its plan or is there twice", name));
    if (!hdf5::has_group(samples, name.c_str())) damaged(fmt::format("/samples/{} is missing", name));
  }
  return done;
}

/// Finds the rows of the block that was under way, by transport.
void find_open_block(const Handle& cases, StoredLaunch& launch) {
  const auto drift_watch = hdf5::read_variable<std::int64_t>(cases, "drift_watch");
  const auto transport = hdf5::read_variable<std::string>(cases, "transport");
  for (std::size_t row = 0; row < drift_watch.size(); ++row) {
    std::vector<std::size_t>& open = launch.open_block[transport[row]];
    if (drift_watch[row] == 0)
      open.push_back(row);
    else
      open.clear();
  }
}

/// The round trips among its cases.
std::vector<RoundTrip> round_trips_in(const Handle& cases) {
  const auto texts = [&](const char* name) { return hdf5::read_variable<std::string>(cases, name); };
  const auto integers = [&](const char* name) { return hdf5::read_variable<std::int64_t>(cases, name); };
  const auto kernel = texts("kernel"), transport = texts("transport"), sync = texts("sync"), verdict = texts("verdict");
  const auto ranks = integers("ranks"), in_flight = integers("in_flight"), bytes = integers("payload_bytes"),
             block = integers("block"), drift_watch = integers("drift_watch");
  const auto p50_ns = hdf5::read_variable<double>(cases, "latency_p50_ns");
  std::vector<RoundTrip> found;
  for (std::size_t row = 0; row < kernel.size(); ++row)
    if (is_round_trip(kernel[row], ranks[row], in_flight[row], p50_ns[row]) && verdict[row] == name_of(Verdict::ok))
      found.push_back({.block = static_cast<int>(block[row]),
                       .drift_watch = drift_watch[row] != 0,
                       .transport = transport[row],
                       .sync = sync[row],
                       .payload_bytes = bytes[row],
                       .p50_ns = p50_ns[row]});
  return found;
}

std::map<std::string, std::string> environment_in(const Handle& file) {
  const Handle group = hdf5::open_group(file, "environment");
  std::map<std::string, std::string> facts;
  for (const std::string_view fact : telling_facts())
    if (const std::string name(fact); hdf5::has_attribute(group, name.c_str()))
      facts[name] = hdf5::read_as_text(group, name.c_str());
  return facts;
}

StoredLaunch stored_launch_in(const std::string& path, const Handle& file, const Origin& here) {
  expect_origin(path, file, here);
  expect_ranks(path, file, here);
  const auto names = hdf5::read_variable<std::string>(hdf5::open_group(file, "plan"), "name");
  hdf5::expect_shape(model_of(names.size(), here.ranks), file);
  StoredLaunch launch{.arguments = texts_in(file, "arguments"), .options = texts_in(file, "options")};
  launch.seed = hdf5::read_number<std::uint64_t>(file, "seed");
  launch.complete = hdf5::read_number<std::int64_t>(file, "complete") == 1;
  launch.wall_s = hdf5::read_number<double>(file, "wall_s");
  if (!std::isfinite(launch.wall_s)) damaged("its attribute wall_s is no number");
  if (!nlohmann::json::parse(hdf5::read_text(file, "resumptions"), nullptr, false).is_array())
    damaged("its attribute resumptions is no JSON list");
  launch.environment = environment_in(file);
  const Handle ranks = hdf5::open_group(file, "ranks");
  launch.bound_by = hdf5::read_text(ranks, "bound_by");
  launch.hosts = hdf5::read_variable<std::string>(ranks, "host");
  launch.cpusets = hdf5::read_variable<std::string>(ranks, "cpuset");
  launch.planned = planned_in(hdf5::open_group(file, "plan"));
  const Handle cases = hdf5::open_group(file, "cases");
  launch.done = done_in(file, cases, launch.planned);
  find_open_block(cases, launch);
  launch.round_trips = round_trips_in(cases);
  launch.calibrated = hdf5::has_group(file, "loggp");
  return launch;
}

}  // namespace

std::span<const std::string_view> telling_facts() {
  static constexpr std::array<std::string_view, 16> kNames = {
      "host",     "kernel",         "cpu",           "cores",        "governor",      "mpi_library",    "mpi_version",
      "compiler", "compiler_flags", "cgroup_limits", "clock_source", "mpi_variables", "oversubscribed", "virtualisation",
      "platform", "calibration"};
  return kNames;
}

StoredLaunch read_stored_launch(const std::filesystem::path& file, const Origin& here) {
  expect_readable(file);
  const auto refuse = [&](std::string_view what) {
    throw UsageError(
        fmt::format("--resume: '{}' is damaged: {}; take another copy of it, or run the launch anew", file.native(), what));
  };
  try {
    return stored_launch_in(file.native(), hdf5::open_file_to_read(file), here);
  } catch (const UsageError&) {
    throw;
  } catch (const std::bad_alloc&) {
    refuse("it claims to hold more than there is memory for");
  } catch (const std::exception& error) {
    refuse(error.what());
  }
  throw std::logic_error("a file is read or refused");
}

}  // namespace coordbench
