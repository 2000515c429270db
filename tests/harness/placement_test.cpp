// Placement on machines nobody here owns: two packages, SMT, holes, one PU, more ranks than cores.

#include "harness/machine/placement.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/topologies.hpp"

namespace coordbench::placement_test {
namespace {

using testing::kTwoPackages;
using testing::node;
using testing::refusal;
using Texts = std::vector<std::string>;

std::vector<CpuSet> bindings(const Texts& lists) { return {lists.begin(), lists.end()}; }

Placement placed(const Topology& topology, const std::string& policy, const Texts& left_by_launcher) {
  return place(topology, bindings(left_by_launcher), parse_policy(policy));
}

/// Places `ranks` ranks that the launcher left unbound.
Placement placed(const Topology& topology, const std::string& policy, std::size_t ranks) {
  return placed(topology, policy, Texts(ranks, topology.allowed().text()));
}

Texts targets(const Placement& placement) {
  Texts texts;
  for (const CpuSet& target : placement.targets) texts.push_back(target.text());
  return texts;
}

TEST(PlacementPolicy, IsReadAndWritten) {
  for (const char* text : {"auto", "compact", "spread", "none", "list:0,2,4,4,1"}) EXPECT_EQ(name_of(parse_policy(text)), text);
  EXPECT_EQ(parse_policy("auto").kind, PlacementPolicy::Kind::automatic);
  EXPECT_EQ(parse_policy("list:9,0-2").list, (std::vector<unsigned>{9, 0, 1, 2}));
}

TEST(PlacementPolicy, RefusesWhatIsMalformed) {
  for (const char* text : {"", "Auto", "list", "list:", "list:1,", "list:,1", "list:a", "list:1x", "list:-1", "list:1-",
                           "list:4-2", "list: 1", "list:65536", "list:99999999999"})
    EXPECT_NE(refusal([&] { parse_policy(text); }), "") << text;
  EXPECT_NE(refusal([] { parse_policy("fast"); }).find("'fast' is no policy; choose auto, compact"), std::string::npos);
  EXPECT_NE(refusal([] { parse_policy("list:0,x,2"); }).find("'x' in the list of PUs '0,x,2'"), std::string::npos);
}

TEST(PlacementAutomatic, KeepsASoundBinding) {
  const Placement whole_cores = placed(node(kTwoPackages), "auto", Texts{"8-9", "16", "0-1"});
  EXPECT_EQ(whole_cores.bound_by, BoundBy::launcher);
  EXPECT_EQ(targets(whole_cores), (Texts{"8-9", "16", "0-1"}));
  EXPECT_EQ(whole_cores.unmet, "");
}

TEST(PlacementAutomatic, RebindsUnboundRanks) {
  const Placement placement = placed(node(kTwoPackages), "auto", 3);
  EXPECT_EQ(placement.bound_by, BoundBy::coordbench);
  EXPECT_EQ(targets(placement), (Texts{"0", "2", "4"}));
  EXPECT_FALSE(placement.oversubscribed);
}

TEST(PlacementAutomatic, GivesEachRankACoreOfItsOwnWithinWhatItWasStartedWith) {
  const Topology topology = node(kTwoPackages, "0-15");
  EXPECT_EQ(targets(placed(topology, "auto", Texts{"0-2", "6"})), (Texts{"0", "6"})) << "one across two cores";
  EXPECT_EQ(targets(placed(topology, "auto", Texts{"0-15", "0-3", "0-1"})), (Texts{"4", "2", "0"})) << "the wide one moves on";
  EXPECT_EQ(targets(placed(node(kTwoPackages), "auto", Texts{"20-27", "20-27"})), (Texts{"20", "22"}));
  const Placement half_outside = placed(node("core:4 pu:2", "0-4,6"), "auto", Texts{"4-5", "0"});
  EXPECT_EQ(half_outside.bound_by, BoundBy::coordbench);
  EXPECT_EQ(targets(half_outside), (Texts{"4", "0"}));
}

TEST(PlacementAutomatic, LeavesRanksWhereTheyWereStartedWithoutACoreForEach) {
  const Topology topology = node(kTwoPackages, "0-15");
  for (const Texts& left : {Texts{"4", "4"}, Texts{"4", "5"}, Texts{"4-5", "4-5"}, Texts{"2,4", "4", "2"}}) {
    const Placement placement = placed(topology, "auto", left);
    EXPECT_EQ(targets(placement), left);
    EXPECT_EQ(placement.bound_by, BoundBy::nobody);
    EXPECT_TRUE(placement.oversubscribed);
    EXPECT_TRUE(placement.is_for_mask);
    EXPECT_NE(placement.unmet.find("where they may run on this node, so none is pinned"), std::string::npos);
  }
  const Placement apart = placed(topology, "auto", Texts{"4", "4", "6-9"});
  EXPECT_EQ(targets(apart), (Texts{"4", "4", "6-9"}));
  EXPECT_NE(apart.unmet.find("no core for each, so none is pinned; start them with mpirun --bind-to none"), std::string::npos);
  EXPECT_EQ(targets(placed(topology, "auto", Texts{"4", "16"})), (Texts{"4", ""})) << "one outside the allowed set";
}

TEST(Placement, NeverLeavesTheMaskThatARankWasStartedWith) {
  const Topology topology = node(kTwoPackages);
  for (const Texts& left : {Texts{"0-1", "2-3", "4-5"}, Texts{"20-27", "20-27"}, Texts{"3", "3"}, Texts{"0-31", "8-9", "8-11"}})
    for (const char* policy : {"auto", "compact", "spread", "none"}) {
      const Placement placement = placed(topology, policy, left);
      for (std::size_t rank = 0; rank < left.size(); ++rank)
        EXPECT_TRUE(placement.targets[rank].is_within(CpuSet(left[rank]).get())) << policy << ", rank " << rank;
    }
}

TEST(Placement, SaysWhatKeepsRanksFromWhereThePolicyPutsThem) {
  const Topology topology = node(kTwoPackages);
  EXPECT_EQ(placed(topology, "spread", Texts{"0-1", "2-3"}).unmet,
            "--placement spread: the ranks of this node were started on fewer PUs each than it takes, and stay on these; start "
            "them with mpirun --bind-to none");
  EXPECT_EQ(placed(topology, "compact", Texts{"0-1", "2-3"}).unmet, "");
  EXPECT_EQ(placed(topology, "compact", Texts{"20-27", "20-27"}).unmet, "") << "within the mask of the job it is met";
}

TEST(PlacementCompact, FillsCoresInOrderAroundHoles) {
  EXPECT_EQ(targets(placed(node(kTwoPackages), "compact", 10)), (Texts{"0", "2", "4", "6", "8", "10", "12", "14", "16", "18"}));
  EXPECT_EQ(targets(placed(node(kTwoPackages, "1,4-5,9,30-31"), "compact", 4)), (Texts{"1", "4", "9", "30"}));
}

TEST(PlacementSpread, TakesPackagesThenCachesThenCoresInTurn) {
  EXPECT_EQ(targets(placed(node(kTwoPackages), "spread", 6)), (Texts{"0", "16", "8", "24", "2", "18"}));
  EXPECT_EQ(targets(placed(node("pack:2 numa:2 core:2 pu:1"), "spread", 5)), (Texts{"0", "4", "2", "6", "1"}));
}

TEST(PlacementSpread, GivesEveryRankItsOwnCoreDespiteHoles) {
  EXPECT_EQ(targets(placed(node("core:3 pu:2", "0-2,4"), "spread", 3)), (Texts{"0", "2", "4"}));
  EXPECT_EQ(targets(placed(node(kTwoPackages, "3,5,9,30-31"), "spread", 4)), (Texts{"3", "30", "9", "5"}));
}

TEST(PlacementSpread, PlacesFirstRanksAsIfTheyWereAlone) {
  const Topology topology = node(kTwoPackages, "0-20,26-31");
  const Texts all = targets(placed(topology, "spread", 14));
  for (std::size_t ranks = 1; ranks < all.size(); ++ranks) {
    const Texts first(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(ranks));
    EXPECT_EQ(targets(placed(topology, "spread", ranks)), first);
  }
}

TEST(PlacementNone, LeavesEveryRankAsItWasStarted) {
  const Placement placement = placed(node(kTwoPackages, "2-3,6-9"), "none", Texts{"2-3,6-9", "6-9"});
  EXPECT_EQ(targets(placement), (Texts{"2-3,6-9", "6-9"}));
  EXPECT_EQ(placement.bound_by, BoundBy::nobody);
  EXPECT_FALSE(placement.oversubscribed);
  EXPECT_EQ(placement.unmet, "");
  EXPECT_EQ(placed(node(kTwoPackages), "none", Texts{"2", "6"}).bound_by, BoundBy::launcher);
}

TEST(PlacementOversubscribed, BeginsAboveTheCoresNotThePUs) {
  const Topology topology = node("pack:1 core:4 pu:2");
  EXPECT_FALSE(placed(topology, "compact", 4).oversubscribed);
  for (const char* policy : {"auto", "compact", "spread"}) {
    const Placement placement = placed(topology, policy, 5);
    EXPECT_TRUE(placement.oversubscribed) << policy;
    EXPECT_EQ(placement.bound_by, BoundBy::nobody) << policy;
    EXPECT_EQ(targets(placement), Texts(5, "0-7")) << policy;
    EXPECT_EQ(placement.unmet,
              std::string("--placement ") + policy +
                  ": more ranks (5) than cores (4) where they may run on this node, so none is pinned; start at "
                  "most 4 here");
    EXPECT_FALSE(placement.is_for_mask) << "all of the node was theirs";
  }
}

TEST(PlacementOversubscribed, IsFlaggedWhateverTheLauncherOrTheUserDid) {
  const Topology topology = node("core:2 pu:2");
  EXPECT_TRUE(placed(topology, "auto", Texts{"0", "2", "3"}).oversubscribed);
  EXPECT_TRUE(placed(topology, "none", 3).oversubscribed);
  EXPECT_EQ(placed(topology, "none", 3).unmet, "");
  EXPECT_TRUE(placed(topology, "list:0-2", 3).oversubscribed);
  EXPECT_TRUE(placed(node("core:2 pu:2", "0-1"), "auto", 2).oversubscribed) << "siblings of the one allowed core";
}

TEST(PlacementList, GivesRankItsPU) {
  const Placement placement = placed(node(kTwoPackages), "list:31,0,1", 2);
  EXPECT_EQ(targets(placement), (Texts{"31", "0"}));
  EXPECT_EQ(placement.bound_by, BoundBy::coordbench);
}

TEST(PlacementList, RefusesWhatCannotBe) {
  const Topology topology = node("core:2 pu:2", "0-2");
  const auto refused = [&](const char* policy, std::size_t ranks) {
    return refusal([&] { static_cast<void>(placed(topology, policy, ranks)); });
  };
  EXPECT_EQ(refused("list:0,2", 3),
            "--placement list:0,2: too few PUs (2) for the ranks of this node (3); name one of 0-2 for each");
  EXPECT_EQ(refused("list:0,3", 2), "--placement list:0,3: PU 3 is not allowed on this node; choose from 0-2");
  EXPECT_EQ(refusal([&] {
              static_cast<void>(placed(topology, "list:0,2", Texts{"0-1", "0-1"}));
            }),
            "--placement list:0,2: PU 2 is not allowed on this node; choose from 0-1");
  EXPECT_EQ(
      refusal([&] {
        static_cast<void>(placed(topology, "list:2,0", Texts{"0", "2"}));
      }),
      "--placement list:2,0: PU 2 is for a rank that was started on 0 only; start the ranks with mpirun --bind-to none, or "
      "name another");
  EXPECT_EQ(refused("list:0,0", 2), "--placement list:0,0: PU 0 is given to two ranks; name 2 different ones of 0-2");
  EXPECT_EQ(refused("list:0,0,1,2", 4), "") << "four ranks on three PUs: one must be shared";
  EXPECT_EQ(refused("list:0,2,0,77", 2), "") << "what no rank takes does not matter";
}

TEST(PlacementSinglePU, HoldsOneRankAndOversubscribesWithTwo) {
  const Topology topology = node("pu:1");
  EXPECT_EQ(placed(topology, "auto", 1).bound_by, BoundBy::launcher);
  EXPECT_EQ(targets(placed(topology, "compact", 1)), Texts{"0"});
  EXPECT_EQ(targets(placed(topology, "spread", 1)), Texts{"0"});
  EXPECT_TRUE(placed(topology, "auto", 2).oversubscribed);
  EXPECT_EQ(distance(topology, CpuSet("0"), CpuSet("0")), Distance::pu);
}

TEST(PlacementNoCores, CountPUs) { EXPECT_EQ(targets(placed(node("pack:2 pu:2"), "spread", 3)), (Texts{"0", "2", "1"})); }

}  // namespace
}  // namespace coordbench::placement_test
