// What a plan makes of --clients: cases of more ranks than those that serve, and names for them.

#include <gtest/gtest.h>

#include <set>

#include "harness/plan/plan.hpp"
#include "tests/harness/fake_kernels.hpp"

namespace coordbench::testing::plan_clients_test {
namespace {

Options asking(std::vector<int> clients, std::vector<std::string> kernels = {"two_phase_commit"}) {
  Options options;
  options.seed = 1;
  options.kernels = std::move(kernels);
  options.ranks = {{RankChoice::Kind::count, 2}};
  options.payload_bytes = {8};
  options.clients = std::move(clients);
  return options;
}

std::vector<Case> measured(const Plan& plan) {
  std::vector<Case> cases;
  std::copy_if(plan.cases.begin(), plan.cases.end(), std::back_inserter(cases),
               [](const Case& planned) { return !planned.drift_watch; });
  return cases;
}

std::set<std::string> names_of(const Plan& plan) {
  std::set<std::string> names;
  for (const Case& planned : measured(plan)) names.insert(planned.name);
  return names;
}

/// The reason for which a plan of one case leaves it out; empty if it does not.
std::string reason(const Plan& plan) {
  EXPECT_EQ(measured(plan).size() + plan.skipped.size(), 1U);
  return plan.skipped.empty() ? "" : plan.skipped.front().reason;
}

TEST(PlanOfClients, IsAnAxisOfProtocolsOnly) {
  const Plan plan = make_plan(asking({0, 1, 2}, {"two_phase_commit", "flat_broadcast"}), kFakes, {.world = 4});
  EXPECT_EQ(names_of(plan),
            (std::set<std::string>{"flat_broadcast/n2/b8/mpi/round-time", "two_phase_commit/n2/b8/mpi/round-time",
                                   "two_phase_commit/n2/b8/mpi/round-time/clients=1",
                                   "two_phase_commit/n2/b8/mpi/round-time/clients=2"}));
  EXPECT_TRUE(plan.skipped.empty());
}

TEST(PlanOfClients, ComeOnTopOfTheRanksThatServe) {
  const std::vector<Case> cases = measured(make_plan(asking({2}), kFakes, {.world = 4}));
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_EQ(cases[0].shape.ranks, 2);
  EXPECT_EQ(cases[0].shape.clients, 2);
  EXPECT_EQ(cases[0].members(), 4);
}

TEST(PlanOfClients, StandInTheNameBetweenParametersAndTheWindow) {
  Options options = asking({2});
  options.in_flight = {8};
  options.settings = {{"two_phase_commit", "variant", {"abort"}}};
  EXPECT_EQ(names_of(make_plan(options, kFakes, {.world = 4})),
            std::set<std::string>{"two_phase_commit/n2/b8/mpi/none/variant=abort/clients=2/in_flight=8"});
}

TEST(PlanOfClients, SkipsClientsForWhomTheLaunchHasNoRank) {
  EXPECT_EQ(reason(make_plan(asking({2}), kFakes, {.world = 4})), "");
  EXPECT_EQ(reason(make_plan(asking({3}), kFakes, {.world = 4})),
            "needs a rank of its own for each client, 5 in all; the launch has 4");
}

TEST(PlanOfClients, SkipsWhatTheKernelRefusesWithItsReason) {
  std::array kernels{fake_commit()};
  kernels[0].unfit = [](const Shape& shape) -> std::string { return shape.clients > 1 ? "at most 1 clients can ask" : ""; };
  EXPECT_EQ(reason(make_plan(asking({1}), kernels, {.world = 4})), "");
  EXPECT_EQ(reason(make_plan(asking({2}), kernels, {.world = 4})), "at most 1 clients can ask");
}

TEST(PlanOfClients, TheirMemoryCountsToo) {
  Options options = asking({1});
  options.operations = 1;
  const std::int64_t each = 2 * 8 + 2 * (3 + 3) * 8;  // the fake's two payloads, and its stamps twice
  EXPECT_EQ(reason(make_plan(options, kFakes, {.world = 4, .memory_bytes = 3 * each})), "");
  EXPECT_NE(reason(make_plan(options, kFakes, {.world = 4, .memory_bytes = 3 * each - 1})).find("on each of 3 ranks"),
            std::string::npos);
}

TEST(PlanOfClients, ShareTheMemoryOfTheServers) {
  Options options = asking({1});
  options.transports = {TransportName::shared_memory};
  const std::vector<Case> cases = measured(make_plan(options, kFakes, {.world = 4}));
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_EQ(cases[0].shared_bytes, 4096 * 3 + 3 * 8);
}

TEST(PlanOfClients, AreRefusedWhereNobodyCouldTakeThem) {
  try {
    make_plan(asking({0, 2}, {"flat_broadcast", "stream"}), kFakes, {.world = 4});
    FAIL() << "clients of collectives were accepted";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("--clients was given"), std::string::npos) << error.what();
  }
  EXPECT_EQ(names_of(make_plan(asking({0}, {"flat_broadcast"}), kFakes, {.world = 4})).size(), 1U);
}

}  // namespace
}  // namespace coordbench::testing::plan_clients_test
