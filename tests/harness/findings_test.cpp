// Doctor's sentences: a sound machine has nothing to complain of, and each fault brings one complaint, its own.

#include "harness/machine/findings.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace coordbench::findings_test {
namespace {

HostState sound(int ranks = 2) {
  HostState state;
  state.cores = state.cpus = 4;
  state.ranks = ranks;
  state.boot_ids.assign(static_cast<std::size_t>(ranks), "boot a");
  state.time_namespaces.assign(static_cast<std::size_t>(ranks), "time:[1]");
  return state;
}

std::vector<Finding> complaints(const HostState& state) {
  std::vector<Finding> found = host_findings(state);
  std::erase_if(found, [](const Finding& finding) { return finding.level == Finding::good; });
  return found;
}

struct Fault {
  const char* name;
  std::function<void(HostState&)> happen;
  Finding::Level level;
  const char* says;  ///< what was found
  const char* asks;  ///< what to do
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

class EachFault : public ::testing::TestWithParam<Fault> {};

TEST_P(EachFault, BringsOneComplaintWithARemedy) {
  HostState state = sound();
  GetParam().happen(state);
  const std::vector<Finding> found = complaints(state);
  ASSERT_EQ(found.size(), 1U) << findings_text(found);
  EXPECT_EQ(found[0].level, GetParam().level);
  EXPECT_NE(found[0].sentence.find(GetParam().says), std::string::npos) << found[0].sentence;
  EXPECT_NE(found[0].sentence.find(GetParam().asks), std::string::npos) << found[0].sentence;
}

constexpr auto kWarning = Finding::warning;
constexpr auto kNote = Finding::note;
const Fault kFaults[] = {
    {"governor", [](HostState& s) { s.governor = "powersave"; }, kWarning, "powersave", "cpupower"},
    {"hidden_governor", [](HostState& s) { s.governor = "unavailable"; }, kNote, "cannot be seen", "set it"},
    {"mixed_governors", [](HostState& s) { s.governor = "performance,powersave"; }, kWarning, "performance,powersave",
     "cpupower"},
    {"clock_source", [](HostState& s) { s.clock_source = "hpet"; }, kWarning, "hpet", "tsc"},
    {"timer", [](HostState& s) { s.timer_overhead_ns = 700; }, kWarning, "700 ns", "clock source"},
    {"virtual", [](HostState& s) { s.virtualisation = "xen"; }, kNote, "xen", "medians of launches"},
    {"steal", [](HostState& s) { s.steal_ticks = 3; }, kWarning, "30 ms", "a machine of your own"},
    {"load", [](HostState& s) { s.load = 2.6; }, kWarning, "2.60", "stop what else runs"},
    {"quota", [](HostState& s) { s.cpu_quota_cores = 1.5; }, kWarning, "1.5 cores for 2 ranks", "raise the quota"},
    {"throttling", [](HostState& s) { s.throttled_periods = 1; }, kWarning, "1 period ", "raise its quota"},
    {"oversubscribed", [](HostState& s) { s.cores = 1; }, kWarning, "2 ranks share 1 core", "at most 1"},
    {"smt", [](HostState& s) { s.smt = true; }, kNote, "SMT", "--placement compact"},
    {"huge_pages", [](HostState& s) { s.huge_pages = "always"; }, kNote, "huge pages", "echo madvise"},
    {"no_shared_memory", [](HostState& s) { s.mpi_transports = "tcp,self"; }, kWarning, "tcp,self", "vader"},
    {"excluded_shared_memory", [](HostState& s) { s.mpi_transports = "^vader"; }, kWarning, "^vader", "unset"},
    {"yields", [](HostState& s) { s.mpi_yields = true; }, kWarning, "yield", "as many ranks as there are cores"},
    {"two_copies", [](HostState& s) { s.ptrace_scope = 2; }, kNote, "ptrace_scope is 2", "ptrace_scope=0"},
    {"little_shm", [](HostState& s) { s.shared_memory_bytes = 1 << 20; }, kWarning, "1 MiB left", "--shm-size"},
    {"two_boots", [](HostState& s) { s.boot_ids[1] = "boot b"; }, kNote, "2 hosts", "start them all on one"},
    {"two_time_namespaces", [](HostState& s) { s.time_namespaces[1] = "time:[2]"; }, kWarning, "time namespaces",
     "one container"}};
INSTANTIATE_TEST_SUITE_P(Faults, EachFault, ::testing::ValuesIn(kFaults), [](const auto& fault) { return fault.param.name; });

TEST(Findings, OfASoundMachineAreAllGood) {
  const std::vector<Finding> found = host_findings(sound());
  EXPECT_GE(found.size(), 15U);
  EXPECT_TRUE(complaints(sound()).empty()) << findings_text(complaints(sound()));
}

TEST(Findings, LetWhatIsEnoughPass) {
  HostState state = sound(4);
  state.load = 0.2;
  state.cpu_quota_cores = 4;
  state.clock_source = "kvm-clock";
  state.mpi_transports = "vader,self";
  state.ptrace_scope = 1;
  state.huge_pages = "";
  EXPECT_TRUE(complaints(state).empty()) << findings_text(complaints(state));
  state.mpi_transports = "^tcp";
  EXPECT_TRUE(complaints(state).empty()) << findings_text(complaints(state));
}

/// The load average counts who is there already; a machine with free cores can carry it, a full one cannot.
TEST(Findings, HoldTheLoadAgainstTheThreadsThatRanksLeave) {
  HostState state = sound(2);
  state.load = 2;
  EXPECT_TRUE(complaints(state).empty());
  state.ranks = 4;
  ASSERT_EQ(complaints(state).size(), 1U);
  EXPECT_NE(complaints(state)[0].sentence.find("load average is 2.00"), std::string::npos);
}

/// The first time namespace of every host has the same name, and says nothing across hosts.
TEST(Findings, CompareTimeNamespacesWithinABoot) {
  HostState state = sound();
  state.boot_ids = {"boot a", "boot b"};
  state.time_namespaces = {"time:[1]", "time:[2]"};
  ASSERT_EQ(complaints(state).size(), 1U);
  EXPECT_NE(complaints(state)[0].sentence.find("2 hosts"), std::string::npos);
  state.boot_ids = {"boot a", "boot a", "boot b"};
  state.time_namespaces = {"time:[1]", "time:[2]", "time:[1]"};
  ASSERT_EQ(complaints(state).size(), 2U);
  EXPECT_NE(complaints(state)[1].sentence.find("time namespaces"), std::string::npos);
}

TEST(FindingsText, PutsTheLevelInFront) {
  const std::vector<Finding> findings = {{Finding::good, "A."}, {Finding::note, "B."}, {Finding::warning, "C."}};
  EXPECT_EQ(findings_text(findings), "good     A.\nnote     B.\nwarning  C.\n");
}

TEST(ModeInForce, IsTheOneInBrackets) {
  EXPECT_EQ(mode_in_force("always [madvise] never\n"), "madvise");
  EXPECT_EQ(mode_in_force("always madvise"), "");
  EXPECT_EQ(mode_in_force("] ["), "");
  EXPECT_EQ(mode_in_force("[always madvise"), "");
  EXPECT_EQ(mode_in_force(""), "");
}

TEST(HostState, OfThisMachineIsPlausible) {
  const HostState state = read_host_state();
  EXPECT_GE(state.cores, 1);
  EXPECT_GE(state.cpus, state.cores);
  EXPECT_GE(state.steal_ticks, 0);
  EXPECT_GT(state.timer_overhead_ns, 1);
  EXPECT_GT(state.cpu_quota_cores, 0);
  EXPECT_EQ(state.boot_ids.size(), 1U);
  EXPECT_FALSE(state.clock_source.empty());
}

}  // namespace
}  // namespace coordbench::findings_test
