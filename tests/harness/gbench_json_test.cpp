// A launch in Google Benchmark's JSON, member by member, and the file that it goes to.

#include "harness/results/gbench_json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/options/usage_error.hpp"
#include "harness/results/result_file.hpp"
#include "tests/harness/fake_kernels.hpp"
#include "tests/support/fake_host.hpp"
#include "tests/support/small_launch.hpp"
#include "tests/support/topologies.hpp"

namespace coordbench::gbench_json_test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using testing::refusal;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

LaunchRecord launch(const std::string& governor = "performance") {
  LaunchRecord record;
  record.campaign = "two-nodes";
  record.launch = 3;
  record.command_line = "build/my tools/coordbench run --seed 7";
  record.created_utc = "2024-02-29T23:59:58Z";
  record.git_commit = "abc-dirty";
  record.seed = UINT64_MAX;
  const Topology machine = testing::node("pack:2 l3:1(size=33554432) l2:4(size=1048576) l1d:1(size=32768) core:1 pu:2");
  record.environment = {{"host", "node7"},
                        {"governor", governor},
                        {"mpi_library", std::string("Some MPI 4")},
                        {"load_before", "0.25 1 2.5"},
                        {"oversubscribed", std::int64_t{1}},
                        {"hwloc_xml_0", machine.xml()}};
  return record;
}

TableRow row(const std::string& kernel, int ranks, std::int64_t bytes) {
  return {.name = kernel + "/n" + std::to_string(ranks) + "/b" + std::to_string(bytes),
          .kernel = kernel,
          .ranks = ranks,
          .payload_bytes = bytes,
          .parameters = {},
          .operations = 5000,
          .latency = {.p50 = 400, .p50_low = 390, .p50_high = 410, .p90 = 500, .p99 = 700, .max = 9000},
          .operations_per_second = 2e6,
          .moved_bytes = static_cast<double>(bytes),
          .cpu_ns_per_operation = 850,
          .messages_per_operation = 2,
          .expected_messages_per_operation = 2.5,
          .detail = {}};
}

Json runs(const std::vector<TableRow>& rows) { return gbench_json(launch(), 2600, rows)["benchmarks"]; }

TEST(GbenchJson, ContextIsGoogleBenchmarksAndThenOurs) {
  const Json context = gbench_json(launch(), 2600, {})["context"];
  const Json expected = Json::parse(R"({
    "date": "2024-02-29T23:59:58+00:00", "host_name": "node7", "executable": "build/my tools/coordbench", "num_cpus": 16,
    "mhz_per_cpu": 2600, "cpu_scaling_enabled": false,
    "caches": [{"type": "Data", "level": 1, "size": 32768, "num_sharing": 2},
               {"type": "Unified", "level": 2, "size": 1048576, "num_sharing": 2},
               {"type": "Unified", "level": 3, "size": 33554432, "num_sharing": 8}],
    "load_avg": [0.25, 1.0, 2.5], "library_build_type": "either",
    "mpi_library": "Some MPI 4", "git_commit": "abc-dirty", "campaign": "two-nodes", "launch": "3",
    "seed": "18446744073709551615", "oversubscribed": "1"})");
  Json as_built = expected;
  as_built["library_build_type"] = context.at("library_build_type");
  EXPECT_EQ(context.dump(1), as_built.dump(1));
  EXPECT_TRUE(context["library_build_type"] == "release" || context["library_build_type"] == "debug");
}

TEST(GbenchJson, SaysWhetherTheFrequencyIsScaled) {
  const auto scaled = [](const char* governor) {
    return gbench_json(launch(governor), 0, {})["context"]["cpu_scaling_enabled"];
  };
  EXPECT_EQ(scaled("powersave"), true);
  EXPECT_EQ(scaled("performance,powersave"), true);
  EXPECT_EQ(scaled("unavailable"), false);
}

TEST(GbenchJson, LeavesAnUnknownFrequencyOut) { EXPECT_FALSE(gbench_json(launch(), 0, {})["context"].contains("mhz_per_cpu")); }

TEST(GbenchJson, MissesNoFactSilently) {
  LaunchRecord forgetful = launch();
  forgetful.environment.pop_back();
  EXPECT_NE(refusal<std::out_of_range>([&] { gbench_json(forgetful, 0, {}); }).find("'hwloc_xml_0'"), std::string::npos);
}

TEST(GbenchJson, ACaseIsOneRepetition) {
  TableRow measured = row("raft", 3, 64);
  measured.clients = 1;
  measured.flags = bit(Flag::late_starts) | bit(Flag::few_samples);
  EXPECT_EQ(runs({measured})[0].dump(1), Json::parse(R"({
    "name": "raft/n3/b64", "family_index": 0, "per_family_instance_index": 0, "run_name": "raft/n3/b64",
    "run_type": "iteration", "repetitions": 1, "repetition_index": 0, "threads": 4,
    "iterations": 5000, "real_time": 400.0, "cpu_time": 850.0, "time_unit": "ns",
    "p50_ns": 400.0, "p90_ns": 500.0, "p99_ns": 700.0, "max_ns": 9000.0,
    "operations_per_second": 2e6, "bytes_per_second": 1.28e8,
    "messages_per_operation": 2.0, "expected_messages_per_operation": 2.5, "label": "late_starts few_samples"})")
                                             .dump(1));
}

TEST(GbenchJson, HasTheRatiosOfTheFinalTable) {
  TableRow watch = row("ping_pong", 2, 8), large = row("ping_pong", 2, 64);
  watch.drift_watch = true;
  watch.latency.p50 = 200;
  large.latency.p50 = 160;
  const Json run = runs({watch, large, row("raft", 3, 64)})[1];
  EXPECT_EQ(run["over_round_trip_of_8_bytes"], 2.0);
  EXPECT_EQ(run["over_ping_pong_of_own_bytes"], 2.5);
}

TEST(GbenchJson, HasTheRatiosToWhatRanBeforeALaunchWasResumed) {
  const std::vector<RoundTrip> before{{.transport = "mpi", .sync = "round-time", .payload_bytes = 8, .p50_ns = 100}};
  const std::vector<TableRow> rows{row("raft", 3, 64)};
  EXPECT_EQ(gbench_json(launch(), 2600, rows, before)["benchmarks"][0]["over_round_trip_of_8_bytes"], 4.0);
}

TEST(GbenchJson, LeavesOutWhatIsNotKnown) {
  TableRow sparse = row("barrier", 2, 0);
  sparse.latency.p99 = kNone;
  sparse.expected_messages_per_operation = kNone;
  const Json run = runs({sparse})[0];
  for (const char* absent : {"over_round_trip_of_8_bytes", "over_ping_pong_of_own_bytes", "p99_ns",
                             "expected_messages_per_operation", "bytes_per_second", "label", "error_occurred"})
    EXPECT_FALSE(run.contains(absent)) << absent;
  EXPECT_EQ(run["p90_ns"], 500);
}

TEST(GbenchJson, AFailedCaseHasItsErrorAndNoTimes) {
  TableRow wrong = row("x", 2, 8), hung = row("y", 2, 8);
  wrong.verdict = Verdict::count_mismatch;
  wrong.detail = "3 messages, 2 expected";
  hung.verdict = Verdict::timed_out;
  hung.operations = 0;
  hung.latency = {kNone, kNone, kNone, kNone, kNone, kNone};
  hung.cpu_ns_per_operation = kNone;
  const Json all = runs({wrong, hung});
  EXPECT_EQ(all[0]["error_message"], "count_mismatch: 3 messages, 2 expected");
  EXPECT_EQ(all[1]["error_message"], "timed_out");
  for (const Json& run : all) {
    EXPECT_EQ(run["error_occurred"], true);
    EXPECT_EQ(run["real_time"], 0);
    EXPECT_EQ(run["cpu_time"], 0);
    EXPECT_FALSE(run.contains("p50_ns") || run.contains("messages_per_operation"));
  }
}

TEST(GbenchJson, KernelsAreFamiliesInTheSameOrderWhateverThePlan) {
  TableRow watch = row("ping_pong", 2, 8);
  watch.drift_watch = true;
  const Json all = runs({row("b", 10, 8), watch, row("a", 2, 64), row("b", 2, 64), row("b", 2, 8)});
  std::vector<std::string> seen;
  for (const Json& run : all)
    seen.push_back(run["name"].get<std::string>() + " " + run["family_index"].dump() + " " +
                   run["per_family_instance_index"].dump());
  EXPECT_EQ(seen, (std::vector<std::string>{"a/n2/b64 0 0", "b/n2/b8 1 0", "b/n2/b64 1 1", "b/n10/b8 1 2"}));
}

TEST(RowOf, HasWhatGoogleBenchmarkAsksFor) {
  const Kernel kernel = testing::fake_commit();
  const Case planned{.kernel = &kernel, .shape = {.parameters = kernel.parameters, .clients = 1}, .name = "commit/n2"};
  CaseResult result;
  result.planned = &planned;
  result.samples.operations = 10;
  result.cpu_ns = 4000;
  result.operations_per_second = 77;
  const TableRow made = row_of(result);
  EXPECT_EQ(made.name, "commit/n2");
  EXPECT_EQ(made.clients, 1);
  EXPECT_EQ(made.cpu_ns_per_operation, 400);
  EXPECT_EQ(made.operations_per_second, 77);
  result.samples.operations = 0;
  EXPECT_TRUE(std::isnan(row_of(result).cpu_ns_per_operation));
}

TEST(MhzPerCpu, IsTheLimitOrElseThePresentFrequency) {
  const std::string cpuinfo = "processor\t: 0\nmodel name\t: Some CPU @ 3.00GHz\ncpu MHz\t\t: 2596.726\nflags\t: fpu\n";
  const char* limit = "/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq";
  EXPECT_EQ(mhz_per_cpu(testing::host_with({{"/proc/cpuinfo", cpuinfo}})), 2597);
  EXPECT_EQ(mhz_per_cpu(testing::host_with({{"/proc/cpuinfo", cpuinfo}, {limit, "3500000\n"}})), 3500);
  EXPECT_EQ(mhz_per_cpu(testing::host_with({{"/proc/cpuinfo", "processor : 0\n"}})), 0);
  EXPECT_EQ(mhz_per_cpu(testing::bare_host()), 0);
}

struct GbenchFile : ::testing::Test {
  testing::TemporaryFolder folder;
  fs::path path = folder.path() / "launch.json";
};

TEST_F(GbenchFile, TakesTheNameAtOnceAndLeavesNothingBeside) {
  write_gbench_json(path, {{"old", 1}});
  write_gbench_json(path, {{"text", "\xff broken UTF-8"}});
  std::ifstream stream(path);
  EXPECT_EQ(Json::parse(stream)["text"], "\uFFFD broken UTF-8");
  EXPECT_EQ(folder.files(), 1U);
}

TEST_F(GbenchFile, ThatCannotBeWrittenIsOneSentence) {
  fs::create_directories(path / "occupied");
  const std::string sentence = refusal<ResultError>([&] { write_gbench_json(path, {{"a", 1}}); });
  for (const char* words : {"launch.json' cannot be written (", "--gbench-json"})
    EXPECT_NE(sentence.find(words), std::string::npos) << sentence;
  EXPECT_EQ(folder.files(), 1U) << "the temporary file is gone";
}

TEST_F(GbenchFile, IsRefusedBeforehandWhereItCouldNotBeWritten) {
  const auto why = [](const fs::path& file) { return refusal<UsageError>([&] { check_gbench_path(file); }); };
  EXPECT_EQ(why(path), "");
  write_gbench_json(path, {});
  EXPECT_EQ(why(path), "") << "the file of an earlier launch is replaced";
  EXPECT_EQ(why("in-this-folder.json"), "");
  EXPECT_NE(why(folder.path() / "gone" / "a.json").find("No such file or directory"), std::string::npos);
  EXPECT_NE(why(path / "a.json").find("Not a directory"), std::string::npos);
  EXPECT_NE(why(folder.path()).find("no regular file"), std::string::npos);
  EXPECT_NE(why("/dev/null").find("no regular file"), std::string::npos);
  EXPECT_EQ(folder.files(), 1U) << "a question leaves nothing behind";
}

}  // namespace
}  // namespace coordbench::gbench_json_test
