// Which transports a plan gives a kernel.

#include <gtest/gtest.h>

#include <set>

#include "harness/plan/plan.hpp"
#include "tests/harness/fake_kernels.hpp"

namespace coordbench::testing::plan_transport_test {
namespace {

Options over_both(std::vector<std::string> kernels) {
  Options options;
  options.seed = 1;
  options.kernels = std::move(kernels);
  options.ranks = {{RankChoice::Kind::count, 2}};
  options.payload_bytes = {8};
  options.transports = {TransportName::mpi, TransportName::shared_memory};
  return options;
}

std::set<std::string> names_of(const Plan& plan) {
  std::set<std::string> names;
  for (const Case& planned : plan.cases)
    if (!planned.drift_watch) names.insert(planned.name);
  return names;
}

TEST(PlanTransport, IsEveryOneThatTheKernelRunsOn) {
  const Plan plan = make_plan(over_both({"native_barrier", "two_phase_commit"}), kFakes, {.world = 2});
  EXPECT_EQ(names_of(plan),
            (std::set<std::string>{"native_barrier/n2/b0/mpi/round-time", "two_phase_commit/n2/b8/mpi/round-time",
                                   "two_phase_commit/n2/b8/shared-memory/round-time"}));
  ASSERT_EQ(plan.skipped.size(), 1U);
  EXPECT_EQ(plan.skipped[0].name, "native_barrier/n2/b0/shared-memory/round-time");
  EXPECT_EQ(plan.skipped[0].reason, "needs --transport mpi");
}

TEST(PlanTransport, SkipsWhatDoesNotFitIntoSharedMemory) {
  Options options = over_both({"two_phase_commit"});
  options.payload_bytes = {8, 1 << 20};
  const Plan plan = make_plan(options, kFakes, {.world = 4, .shared_memory_bytes = 8 << 20});
  EXPECT_EQ(names_of(plan).size(), 3U) << "over MPI it fits";
  ASSERT_EQ(plan.skipped.size(), 1U);
  EXPECT_EQ(plan.skipped[0].name, "two_phase_commit/n2/b1048576/shared-memory/round-time");
  EXPECT_NE(plan.skipped[0].reason.find("/dev/shm has 8 MiB"), std::string::npos) << plan.skipped[0].reason;
  EXPECT_NE(plan.skipped[0].reason.find("--transport mpi"), std::string::npos) << plan.skipped[0].reason;
}

TEST(PlanTransport, GivesAHybridRoomForTheFullestNodeOnly) {
  Options options = over_both({"two_phase_commit"});
  options.ranks = {{RankChoice::Kind::count, 2}, {RankChoice::Kind::count, 6}};
  options.transports = {TransportName::hybrid};
  const Room room{.world = 8, .sharing = 4, .shared_memory_bytes = 4 * (4096 * 4 + 24)};
  const Plan plan = make_plan(options, kFakes, room);
  EXPECT_EQ(names_of(plan),
            (std::set<std::string>{"two_phase_commit/n2/b8/hybrid/round-time", "two_phase_commit/n6/b8/hybrid/round-time"}));
  for (const Case& planned : plan.cases)
    EXPECT_EQ(planned.shared_bytes, 4096 * std::min(planned.members(), 4) + 24) << planned.name;

  Room less = room;
  less.shared_memory_bytes -= 1;
  const Plan cut = make_plan(options, kFakes, less);
  ASSERT_EQ(cut.skipped.size(), 1U);
  EXPECT_EQ(cut.skipped[0].name, "two_phase_commit/n6/b8/hybrid/round-time");
  EXPECT_NE(cut.skipped[0].reason.find("each of 4 ranks"), std::string::npos) << cut.skipped[0].reason;
}

TEST(PlanTransport, LeavesToOneTransportWhatOnlyItHas) {
  Options options = over_both({"native_barrier"});
  options.transports = {TransportName::hybrid, TransportName::mpi};
  const Plan plan = make_plan(options, kFakes, {.world = 2});
  EXPECT_EQ(names_of(plan), std::set<std::string>{"native_barrier/n2/b0/mpi/round-time"});
  ASSERT_EQ(plan.skipped.size(), 1U);
  EXPECT_TRUE(plan.skipped[0].by_nature);
  EXPECT_EQ(plan.skipped[0].reason, "needs --transport mpi");
}

/// Names of the block's ping_pongs, without what all of them begin with.
std::vector<std::string> watches_of(const Plan& plan, int block) {
  std::vector<std::string> names;
  for (const Case& planned : plan.cases)
    if (planned.drift_watch && planned.block == block)
      names.push_back(planned.name.substr(std::string("ping_pong/n2/b8/").size()));
  return names;
}

TEST(PlanTransport, WatchesForDriftOverEachTransportOfTheBlock) {
  const Plan both = make_plan(over_both({"two_phase_commit"}), kFakes, {.world = 2});
  EXPECT_EQ(watches_of(both, 0),
            (std::vector<std::string>{"mpi/round-time/drift=0.before", "shared-memory/round-time/drift=0.before",
                                      "mpi/round-time/drift=0.after", "shared-memory/round-time/drift=0.after"}));
  for (const Case& planned : both.cases)
    EXPECT_EQ(planned.shared_bytes > 0, planned.transport == TransportName::shared_memory) << planned.name;
  const Plan one = make_plan(over_both({"native_barrier"}), kFakes, {.world = 2});
  EXPECT_EQ(watches_of(one, 0), (std::vector<std::string>{"mpi/round-time/drift=0.before", "mpi/round-time/drift=0.after"}))
      << "none of its cases uses shared memory";
}

}  // namespace
}  // namespace coordbench::testing::plan_transport_test
