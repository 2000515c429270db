// What a launch learns from coordbench-micro's JSON, and keeps.

#include "harness/machine/limits.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "harness/options/usage_error.hpp"
#include "harness/results/result_file.hpp"
#include "tests/support/small_launch.hpp"

namespace coordbench::limits_test {
namespace {

using testing::SmallLaunch, testing::TemporaryFolder;

Limits limits_of(const std::string& benchmarks, const std::string& host = "here",
                 const std::string& program = R"("program": "coordbench-micro")") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "micro.json";
  std::ofstream(file) << R"({"context": {"host_name": "here", )" << program << R"(}, "benchmarks": [)" << benchmarks << "]}";
  return read_limits(file, host);
}

constexpr const char* kClock =
    R"({"name": "clock_read", "run_name": "clock_read", "run_type": "iteration", "repetitions": 1,
        "real_time": 0.023, "time_unit": "us"})";
constexpr const char* kFailed =
    R"({"run_name": "clock_read", "run_type": "iteration", "repetitions": 1, "error_occurred": true, "real_time": 0,
        "time_unit": "ns"})";
constexpr const char* kCopies =
    R"({"run_name": "copy/l3/8", "run_type": "iteration", "repetitions": 2, "real_time": 9, "time_unit": "ns"},
       {"run_name": "copy/l3/8", "run_type": "aggregate", "aggregate_name": "mean", "real_time": 8, "time_unit": "ns"},
       {"run_name": "copy/l3/8", "run_type": "aggregate", "aggregate_name": "median", "repetitions": 2, "real_time": 7,
        "time_unit": "ns", "bytes_per_second": 1.1e9})";

TEST(Limits, OfRepetitionsAreTheMedianAndOfOneRunItself) {
  const Limits limits = limits_of(std::string(kClock) + "," + kCopies);
  ASSERT_EQ(limits.size(), 2U);
  EXPECT_EQ(limits[0].name, "clock_read");
  EXPECT_DOUBLE_EQ(limits[0].time_ns, 23) << "whatever unit the file has";
  EXPECT_TRUE(std::isnan(limits[0].bytes_per_second));
  EXPECT_EQ(limits[1].time_ns, 7);
  EXPECT_EQ(limits[1].bytes_per_second, 1.1e9);
}

TEST(Limits, AreFoundByName) {
  const Limits limits = limits_of(kClock);
  EXPECT_DOUBLE_EQ(time_of(limits, "clock_read").value(), 23);
  EXPECT_FALSE(time_of(limits, "clock"));
}

TEST(Limits, LeaveOutWhatFailed) { EXPECT_EQ(limits_of(std::string(kFailed) + "," + kCopies).size(), 1U); }

TEST(Limits, RefuseWhatIsNotMicros) {
  EXPECT_THROW(read_limits("no such file", "here"), UsageError);
  EXPECT_THROW(limits_of(""), UsageError) << "no benchmark";
  EXPECT_THROW(limits_of("17"), UsageError) << "no JSON of Google Benchmark";
  EXPECT_THROW(limits_of(R"({"run_name": "x", "run_type": "iteration", "real_time": 1, "time_unit": "days"})"), UsageError);
  EXPECT_THROW(limits_of(R"({"run_name": "x", "run_type": "iteration", "real_time": -5, "time_unit": "ns"})"), UsageError);
  EXPECT_THROW(limits_of(kClock, "elsewhere"), UsageError) << "another machine's";
}

TEST(Limits, AreOfCoordbenchMicroAndOfNoOtherProgram) {
  EXPECT_EQ(limits_of(kClock).size(), 1U);
  EXPECT_THROW(limits_of(kClock, "here", R"("executable": "build/coordbench")"), UsageError);
  EXPECT_THROW(limits_of(kClock, "here", R"("program": "coordbench")"), UsageError);
  const TemporaryFolder folder;
  EXPECT_THROW(read_limits(folder.path(), "here"), UsageError) << "a folder";
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(read_limits(folder.path() / "pipe", "here"), UsageError) << "which nobody writes to";
}

TEST(Limits, AreKeptInTheResultFile) {
  const TemporaryFolder folder;
  SmallLaunch launch;
  launch.record.limits = {{"line_round_trip/l3", 111.5, std::nan("")}, {"copy/l3/1024", 104, 9.8e9}};
  const std::filesystem::path path = ResultFile::next_free(folder.path()).path;
  const ResultFile results(path, launch.record);
  const testing::StoredFile file(path);
  EXPECT_EQ(file.texts("limits/name"), (std::vector<std::string>{"line_round_trip/l3", "copy/l3/1024"}));
  EXPECT_EQ(file.read<double>("limits/time_ns"), (std::vector<double>{111.5, 104}));
  EXPECT_TRUE(std::isnan(file.read<double>("limits/bytes_per_second")[0]));
  EXPECT_EQ(file.read<double>("limits/bytes_per_second")[1], 9.8e9);
  EXPECT_EQ(file.dimensions("limits/time_ns"), (std::vector<std::string>{"limit"}));
}

}  // namespace
}  // namespace coordbench::limits_test
