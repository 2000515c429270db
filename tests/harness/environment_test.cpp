// The environment record: complete, free of secrets, and readable on hosts unlike this one.

#include "harness/machine/environment.hpp"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "tests/support/fake_host.hpp"

namespace coordbench::environment_test {
namespace {

using nlohmann::json;
using testing::bare_host;
using testing::host_with;

std::string schema_text() { return file_text(COORDBENCH_SOURCE_DIR "/results/README.md"); }

/// The names in code font in the schema's paragraph on /environment.
std::set<std::string> documented_attributes() {
  const std::string schema = schema_text();
  const auto begin = schema.find("**`/environment`**"), end = schema.find("\n\n", begin);
  const std::string paragraph = schema.substr(begin + 18, end - begin - 18);
  const std::regex name("`([a-z_0-9]+)`");
  std::set<std::string> names;
  for (std::sregex_iterator found(paragraph.begin(), paragraph.end(), name), none; found != none; ++found)
    names.insert((*found)[1]);
  return names;
}

TEST(EnvironmentFacts, AreThoseThatTheSchemaLists) {
  std::set<std::string> names = {"hwloc_xml_0", "load_after", "oversubscribed", "timer_overhead_ns",  // the caller's
                                 "platform", "calibration"};                                          // of simulated launches
  for (const auto& [name, value] : environment_facts({"Open MPI v4", "3.1"}))
    EXPECT_TRUE(names.insert(name).second) << name << " twice";
  EXPECT_GT(names.size(), 15U);
  EXPECT_EQ(names, documented_attributes());
}

TEST(EnvironmentFacts, HaveTheSchemasTypesAndSomethingToSay) {
  const std::set<std::string> integers = {"cores"};
  for (const auto& [name, value] : environment_facts({"Open MPI v4", "3.1"})) {
    EXPECT_EQ(value.index(), integers.contains(name) ? 1U : 0U) << name;
    if (const auto* text = std::get_if<std::string>(&value)) {
      EXPECT_FALSE(text->empty()) << name;
      EXPECT_EQ(text->find("/home/"), std::string::npos) << name;
    }
  }
}

TEST(EnvironmentFacts, PassOnWhatTheLibrarySays) {
  const Facts facts = environment_facts({"Open MPI v4", "3.1"});
  const std::map named(facts.begin(), facts.end());
  EXPECT_EQ(std::get<std::string>(named.at("mpi_library")), "Open MPI v4");
  EXPECT_EQ(std::get<std::string>(named.at("mpi_version")), "3.1");
  EXPECT_GE(std::get<std::int64_t>(named.at("cores")), 1);
}

TEST(MpiVariables, AreSettingsWithoutSecretsAddressesAndPaths) {
  const std::vector<std::string> environment = {"OMPI_MCA_btl=tcp,self",
                                                "OMPI_MCA_btl_tcp_if_include=10.0.0.0/8",
                                                "OMPI_MCA_mpi_oversubscribe=1",
                                                "PMIX_MCA_gds=hash",
                                                "OMPI_COMM_WORLD_SIZE=4",
                                                "OMPI_MCA_orte_precondition_transports=9788e7d97e04a284-448a22b1a459a327",
                                                "OMPI_MCA_orte_hnp_uri=1.0;tcp://192.0.2.2:44223",
                                                "OMPI_MCA_initial_wdir=/home/ann/runs",
                                                "OMPI_MCA_mca_param_files=~/mca.conf",
                                                "OMPI_MCA_mca_base_component_path=lib:/home/ann/lib",
                                                "OMPI_FILE_LOCATION=/run/ompi",
                                                "PMIX_SERVER_URI2=1.0;tcp4://127.0.0.1:47127",
                                                "AWS_SECRET_ACCESS_KEY=hunter2",
                                                "MY_OMPI_MCA_btl=no"};
  EXPECT_EQ(json::parse(mpi_variables(environment)), json({{"OMPI_MCA_btl", "tcp,self"},
                                                           {"OMPI_MCA_btl_tcp_if_include", "10.0.0.0/8"},
                                                           {"OMPI_MCA_mpi_oversubscribe", "1"},
                                                           {"PMIX_MCA_gds", "hash"},
                                                           {"OMPI_COMM_WORLD_SIZE", "4"}}));
}

TEST(SchedulerVariables, AreAShortList) {
  const std::vector<std::string> environment = {"SLURM_JOB_ID=42",       "SLURM_JOB_NODELIST=n[1-2]", "SLURM_JWT=secret",
                                                "SLURM_CONF=/etc/slurm", "SLURM_JOB_IDX=1",           "SLURM_JOB_USER=ann"};
  EXPECT_EQ(json::parse(scheduler_variables(environment)), json({{"SLURM_JOB_ID", "42"}, {"SLURM_JOB_NODELIST", "n[1-2]"}}));
}

TEST(Variables, OfOddEnvironmentsAreValidJson) {
  EXPECT_EQ(scheduler_variables({}), "{}");
  const std::vector<std::string> odd = {"", "=", "SLURM_HINT", "SLURM_JOB_ID=a=\"b\"\xff"};
  const json variables = json::parse(scheduler_variables(odd));
  EXPECT_EQ(variables["SLURM_HINT"], "");
  EXPECT_EQ(variables["SLURM_JOB_ID"], "a=\"b\"\xef\xbf\xbd") << "bytes that are not UTF-8 become U+FFFD";
}

TEST(Governor, NamesEachOnceOrIsUnavailable) {
  EXPECT_EQ(governor(bare_host()), "unavailable");
  EXPECT_EQ(governor(host_with({{"/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n"}})), "powersave");
}

TEST(Cpu, ModelComesFromCpuinfo) {
  const std::string cpuinfo = "processor\t: 0\nmodel name\t: AMD EPYC 7B12\nflags\t\t: fpu tsc hypervisor lm\n";
  EXPECT_EQ(cpu_model(host_with({{"/proc/cpuinfo", cpuinfo}})), "AMD EPYC 7B12");
  EXPECT_EQ(cpu_model(bare_host()), "unavailable");
}

TEST(Virtualisation, IsToldByWhateverTellsIt) {
  EXPECT_EQ(virtualisation(bare_host()), "none");
  EXPECT_EQ(
      virtualisation(host_with({{"/proc/cpuinfo", "flags\t: fpu tsc lm\n"}, {"/sys/class/dmi/id/product_name", "ProLiant\n"}})),
      "none")
      << "a product's name alone says nothing";
  EXPECT_EQ(virtualisation(host_with({{"/proc/cpuinfo", "flags\t: fpu hypervisor\n"}})), "hypervisor");
  EXPECT_EQ(virtualisation(host_with({{"/sys/hypervisor/type", "xen\n"}, {"/sys/class/dmi/id/product_name", "HVM domU\n"}})),
            "xen, HVM domU");
}

TEST(CgroupLimits, SayWhatIsLimited) {
  EXPECT_EQ(cgroup_limits(bare_host()), "none");
  EXPECT_EQ(cgroup_limits(host_with({{"/proc/self/cgroup", "0::/\n"}})), "v2, no CPU limit, no memory limit");
  EXPECT_EQ(cgroup_limits(host_with({{"/proc/self/cgroup", "0::/\n"},
                                     {"/sys/fs/cgroup/cpu.max", "150000 100000\n"},
                                     {"/sys/fs/cgroup/memory.max", "1073741824\n"}})),
            "v2, 1.5 cores, 1024 MiB");
}

TEST(ClockSource, IsTheCurrentOne) {
  EXPECT_EQ(clock_source(host_with({{"/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n"}})), "tsc");
}

}  // namespace
}  // namespace coordbench::environment_test
