// Seats, distances, text and binding; only the binding tests look at the machine that they run on.

#include "harness/machine/topology.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "tests/support/topologies.hpp"

namespace coordbench::topology_test {
namespace {

using testing::kTwoPackages;
using testing::node;
using testing::refusal;

TEST(Seat, IsKnownWhereTheSetSpansOneOfTheKind) {
  const Topology topology = node("pack:2 numa:2 core:2 pu:2");
  const Seat pinned = seat_of(topology, CpuSet("11"));
  EXPECT_EQ((std::vector{pinned.package, pinned.numa, pinned.core, pinned.pu}), (std::vector{1, 2, 5, 11}));
  const Seat core = seat_of(topology, CpuSet("2-3"));
  EXPECT_EQ((std::vector{core.package, core.numa, core.core, core.pu}), (std::vector{0, 0, 1, -1}));
  const Seat package = seat_of(topology, CpuSet("2,5"));
  EXPECT_EQ((std::vector{package.package, package.numa, package.core, package.pu}), (std::vector{0, -1, -1, -1}));
  EXPECT_EQ(package.cpuset, "2,5");
  const Seat nowhere = seat_of(topology, CpuSet(""));
  EXPECT_EQ((std::vector{nowhere.package, nowhere.numa, nowhere.core, nowhere.pu}), (std::vector{-1, -1, -1, -1}));
}

/// Written out pair by pair: PUs of one core share a core, cores 0-3 an L3, cores 0-7 a package.
TEST(Distance, MatrixOfTwoPackages) {
  const Topology topology = node(kTwoPackages);
  for (unsigned a = 0; a < 32; ++a)
    for (unsigned b = 0; b < 32; ++b) {
      const Distance expected = a == b             ? Distance::pu
                                : a / 2 == b / 2   ? Distance::core
                                : a / 8 == b / 8   ? Distance::l3
                                : a / 16 == b / 16 ? Distance::package
                                                   : Distance::machine;
      EXPECT_EQ(distance(topology, CpuSet(a), CpuSet(b)), expected) << a << " and " << b;
    }
}

TEST(Distance, IsTheSmallestLevelShared) {
  const Topology near_memory = node("pack:1 l3:1 numa:2 l2:2 core:2 pu:1");
  EXPECT_EQ(distance(near_memory, CpuSet(0U), CpuSet(1U)), Distance::l2);
  EXPECT_EQ(distance(near_memory, CpuSet(0U), CpuSet(2U)), Distance::numa);
  EXPECT_EQ(distance(near_memory, CpuSet(0U), CpuSet(4U)), Distance::l3);
  EXPECT_EQ(distance(node("pack:2 numa:2 core:2 pu:1"), CpuSet(0U), CpuSet(2U)), Distance::package);
}

/// Memory behind both packages, as on CXL, besides the memory of each.
TEST(Distance, IgnoresMemoryThatIsEquallyFarFromAll) {
  const Topology far_memory = node("[numa] pack:2 [numa] core:2 pu:1");
  EXPECT_EQ(distance(far_memory, CpuSet(0U), CpuSet(1U)), Distance::numa);
  EXPECT_EQ(distance(far_memory, CpuSet(0U), CpuSet(2U)), Distance::machine);
  EXPECT_NE(seat_of(far_memory, CpuSet(0U)).numa, seat_of(far_memory, CpuSet(2U)).numa);
}

TEST(Distance, OfWholeCoresAndOfUnboundRanks) {
  const Topology topology = node(kTwoPackages);
  EXPECT_EQ(distance(topology, CpuSet("0-1"), CpuSet("0-1")), Distance::core);
  EXPECT_EQ(distance(topology, CpuSet("0-1"), CpuSet("2")), Distance::l3);
  EXPECT_EQ(distance(topology, CpuSet("0-31"), CpuSet("2")), Distance::unknown);
  EXPECT_EQ(distance(topology, CpuSet("2"), CpuSet("0-2")), Distance::unknown);
  EXPECT_EQ(distance(topology, CpuSet(""), CpuSet("2")), Distance::unknown);
}

TEST(Distance, HasTheNamesOfTheFile) {
  EXPECT_EQ(name_of(Distance::self), "self");
  EXPECT_EQ(name_of(Distance::l3), "l3");
  EXPECT_EQ(name_of(Distance::unknown), "unknown");
}

TEST(CpuSet, IsReadAndWritten) {
  for (const char* text : {"", "0", "0-3,8", "1,3,5-6"}) EXPECT_EQ(CpuSet(text).text(), text);
  EXPECT_EQ(CpuSet("8,0,1"), CpuSet("0-1,8"));
  for (const char* text : {"3-1", "1-", "1,,2", "x"}) EXPECT_NE(refusal([&] { CpuSet set(text); }), "") << text;
}

TEST(Topology, SurvivesItsXml) {
  const Topology copy = Topology::from_xml(node(kTwoPackages, "0-3,20").xml());
  EXPECT_EQ(copy.allowed().text(), "0-3,20");
  EXPECT_EQ(distance(copy, CpuSet(0U), CpuSet(20U)), Distance::machine);
}

TEST(Topology, RefusesWhatIsNone) {
  EXPECT_NE(refusal([] { Topology::synthetic("pack:2 banana:3"); }), "");
  EXPECT_NE(refusal([] { Topology::from_xml("not a topology"); }), "");
  EXPECT_NE(refusal([] { node("core:2 pu:1", "7"); }), "");
}

TEST(Binding, OfThisProcessIsReadBack) {
  const Topology machine = Topology::this_machine();
  const CpuSet before = current_binding(machine);
  const CpuSet one = before.lowest();
  bind_this_process(machine, one);
  EXPECT_EQ(current_binding(machine), one);
  EXPECT_GE(seat_of(machine, one).pu, 0);
  bind_this_process(machine, before);
  EXPECT_EQ(current_binding(machine), before);
}

TEST(Binding, ToNothingThatExistsSaysWhatTheSystemSaid) {
  EXPECT_NE(refusal<std::runtime_error>([] {
              bind_this_process(Topology::this_machine(), CpuSet(1023U));
            }).find("cannot bind to PUs '1023'"),
            std::string::npos);
}

/// Linux binds to the part of a set that exists, or that the cgroup grants, and reports success.
TEST(Binding, ToLessThanAskedIsRefused) {
  setenv("HWLOC_THISSYSTEM", "1", 1);  // hwloc now takes the synthetic machine for this one
  const Topology larger = Topology::synthetic("core:1024 pu:1");
  unsetenv("HWLOC_THISSYSTEM");
  const CpuSet before = current_binding(larger);
  EXPECT_NE(refusal<std::runtime_error>([&] { bind_this_process(larger, before | CpuSet(1023U)); }).find("but sits on"),
            std::string::npos);
  bind_this_process(larger, before);
}

TEST(Binding, OfAnotherMachineIsRefused) {
  EXPECT_THROW(current_binding(node(kTwoPackages)), std::runtime_error);
  EXPECT_THROW(bind_this_process(node(kTwoPackages), CpuSet("0-31")), std::runtime_error);
}

}  // namespace
}  // namespace coordbench::topology_test
