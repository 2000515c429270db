// Cgroups of both versions, nested and absent; counters; and, of this machine, only what holds on every machine.

#include "harness/machine/host_facts.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <cmath>
#include <cstdlib>

#include "harness/machine/clock.hpp"
#include "tests/support/fake_host.hpp"

namespace coordbench::host_facts_test {
namespace {

using testing::bare_host;
using testing::host_with;

constexpr const char* kV1Cgroup = "9:name=systemd:/init\n4:memory:/jobs/a\n2:cpuset:/\n1:cpu,cpuacct:/jobs/a\n0::/\n";
constexpr const char* kV2Cgroup = "0::/system.slice/job.scope\n";

TEST(CgroupPlace, IsV1sWhereItNamesTheController) {
  const CgroupPlace cpu = cgroup_place_in(kV1Cgroup, "cpu");
  EXPECT_EQ(cpu.version, 1);
  EXPECT_EQ(cpu.folder, "/sys/fs/cgroup/cpu");
  EXPECT_EQ(cpu.path, "/jobs/a");
  EXPECT_EQ(cgroup_place_in(kV1Cgroup, "set").version, 2) << "a part of a controller's name is not its name";
}

TEST(CgroupPlace, IsV2sOtherwise) {
  const CgroupPlace cpu = cgroup_place_in(kV2Cgroup, "cpu");
  EXPECT_EQ(cpu.version, 2);
  EXPECT_EQ(cpu.folder, "/sys/fs/cgroup");
  EXPECT_EQ(cpu.path, "/system.slice/job.scope");
  EXPECT_EQ(cgroup_place_in("", "cpu").version, 0);
  EXPECT_EQ(cgroup_place_in("nonsense\n:\n", "cpu").version, 0);
}

TEST(CgroupQuota, OfV1IsQuotaOverPeriod) {
  EXPECT_EQ(cgroup_cpu_quota_cores(host_with({{"/proc/self/cgroup", kV1Cgroup},
                                              {"/sys/fs/cgroup/cpu/jobs/a/cpu.cfs_quota_us", "-1\n"},
                                              {"/sys/fs/cgroup/cpu/jobs/a/cpu.cfs_period_us", "100000\n"},
                                              {"/sys/fs/cgroup/cpu/jobs/cpu.cfs_quota_us", "250000\n"},
                                              {"/sys/fs/cgroup/cpu/jobs/cpu.cfs_period_us", "100000\n"}})),
            2.5);
  EXPECT_EQ(cgroup_cpu_quota_cores(host_with({{"/proc/self/cgroup", "1:cpu:/\n"},
                                              {"/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"},
                                              {"/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}})),
            INFINITY);
}

TEST(CgroupQuota, OfV2IsTheLeastOfAllCgroupsAround) {
  EXPECT_EQ(cgroup_cpu_quota_cores(host_with({{"/proc/self/cgroup", kV2Cgroup},
                                              {"/sys/fs/cgroup/system.slice/job.scope/cpu.max", "max 100000\n"},
                                              {"/sys/fs/cgroup/system.slice/cpu.max", "150000 100000\n"},
                                              {"/sys/fs/cgroup/cpu.max", "400000 100000\n"}})),
            1.5);
}

/// Docker without a cgroup namespace: the path is the host's, and the only folder that exists is the container's own.
TEST(CgroupQuota, IsFoundAtTheRootOfAContainer) {
  EXPECT_EQ(cgroup_cpu_quota_cores(host_with({{"/proc/self/cgroup", "1:cpu:/docker/0123\n"},
                                              {"/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n"},
                                              {"/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}})),
            0.5);
}

TEST(CgroupQuota, IsInfiniteWhereThereIsNone) {
  EXPECT_EQ(cgroup_cpu_quota_cores(bare_host()), INFINITY);
  EXPECT_EQ(quota_cores_in("max 100000"), INFINITY);
  EXPECT_EQ(quota_cores_in(""), INFINITY);
  EXPECT_EQ(quota_cores_in("100000 0"), INFINITY);
}

TEST(CgroupMemory, LimitIsTheLeastAndV1sMaximumIsNone) {
  EXPECT_EQ(
      cgroup_memory_limit_bytes(host_with({{"/proc/self/cgroup", kV1Cgroup},
                                           {"/sys/fs/cgroup/memory/jobs/a/memory.limit_in_bytes", "9223372036854771712\n"},
                                           {"/sys/fs/cgroup/memory/jobs/memory.limit_in_bytes", "1048576\n"}})),
      1048576);
  EXPECT_EQ(cgroup_memory_limit_bytes(host_with({{"/proc/self/cgroup", "4:memory:/\n"},
                                                 {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"}})),
            INT64_MAX);
  EXPECT_EQ(cgroup_memory_limit_bytes(
                host_with({{"/proc/self/cgroup", kV2Cgroup}, {"/sys/fs/cgroup/system.slice/job.scope/memory.max", "max\n"}})),
            INT64_MAX);
}

TEST(AvailableMemory, IsTheHostsOrTheCgroupsIfLess) {
  const std::string meminfo = "MemTotal:       24684084 kB\nMemFree:        100 kB\nMemAvailable:   2048 kB\n";
  EXPECT_EQ(memory_available_bytes(host_with({{"/proc/meminfo", meminfo}})), 2048 * 1024);
  EXPECT_EQ(memory_available_bytes(host_with(
                {{"/proc/meminfo", meminfo}, {"/proc/self/cgroup", kV2Cgroup}, {"/sys/fs/cgroup/memory.max", "4096\n"}})),
            4096);
  EXPECT_EQ(memory_available_bytes(bare_host()), INT64_MAX);
}

TEST(StolenTime, AddsUpWhatThisCgroupAndThoseAroundLost) {
  const StolenTime stolen = stolen_time(
      host_with({{"/proc/stat", "cpu  30992 0 7445 407396 723 0 99 240 0 0\ncpu0 11356 0 2765 209130 25 0 9 113 0 0\n"},
                 {"/proc/self/cgroup", kV2Cgroup},
                 {"/sys/fs/cgroup/system.slice/job.scope/cpu.stat", "usage_usec 9\nnr_periods 80\nnr_throttled 7\n"},
                 {"/sys/fs/cgroup/system.slice/cpu.stat", "nr_periods 80\nnr_throttled 3\n"}}));
  EXPECT_EQ(stolen.steal_ticks, 240);
  EXPECT_EQ(stolen.throttled_periods, 10);
}

TEST(StolenTime, OfV1AndOfV2BesideV1) {
  EXPECT_EQ(
      stolen_time(host_with({{"/proc/self/cgroup", kV1Cgroup},
                             {"/sys/fs/cgroup/cpu/jobs/a/cpu.stat", "nr_periods 9\nnr_throttled 4\nthrottled_time 12\n"}}))
          .throttled_periods,
      4);
  EXPECT_EQ(stolen_time(host_with({{"/proc/self/cgroup", "4:memory:/\n0::/job\n"},
                                   {"/sys/fs/cgroup/unified/cgroup.controllers", "cpu\n"},
                                   {"/sys/fs/cgroup/unified/job/cpu.stat", "nr_throttled 2\n"}}))
                .throttled_periods,
            2);
}

TEST(StolenTime, IsNothingWhereNothingCounts) {
  const StolenTime stolen = stolen_time(host_with({{"/proc/stat", "cpu  1 2 3 4\n"}}));  // kernels before 2.6.11 stop here
  EXPECT_EQ(stolen.steal_ticks, 0);
  EXPECT_EQ(stolen.throttled_periods, 0);
  EXPECT_EQ(steal_ticks_in(""), 0);
}

TEST(LoadAverage, IsThreeNumbers) {
  EXPECT_EQ(load_average(host_with({{"/proc/loadavg", "0.94 0.61 0.27 2/90 11544\n"}})), "0.94 0.61 0.27");
  EXPECT_EQ(load_average(bare_host()), "");
}

TEST(ThisHost, HasNamesAndATimer) {
  EXPECT_FALSE(host_name().empty());
  EXPECT_EQ(boot_id().size(), 36U);
  EXPECT_EQ(boot_id(), boot_id());
  EXPECT_TRUE(time_namespace().empty() || time_namespace().starts_with("time:[")) << time_namespace();
  EXPECT_GT(timer_overhead_ns(), 1);
  EXPECT_LT(timer_overhead_ns(), 100'000);
}

TEST(ThisProcess, SpendsCpuTimeByWorkingAndIsCountedWhenItLosesItsCore) {
  const std::int64_t cpu_before = cpu_time_ns();
  const Time end = now_ns() + 50'000'000;
  while (now_ns() < end) {
  }
  const std::int64_t spent = cpu_time_ns() - cpu_before;
  EXPECT_GT(spent, 5'000'000);
  EXPECT_LT(spent, 10'000'000'000);
  EXPECT_GE(involuntary_switches(), 0);
}

}  // namespace
}  // namespace coordbench::host_facts_test
