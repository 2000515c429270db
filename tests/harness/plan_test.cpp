#include "harness/plan/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/harness/fake_kernels.hpp"

namespace coordbench::testing::plan_test {
namespace {

using Names = std::vector<std::string>;
constexpr std::int64_t kPlenty = INT64_MAX;

Options seeded(std::uint64_t seed = 1) {
  Options options;
  options.seed = seed;
  return options;
}

Options selecting(Names kernels) {
  Options options = seeded();
  options.kernels = std::move(kernels);
  options.payload_bytes = {8};
  return options;
}

Options setting(Names kernels, ParameterSetting setting) {
  Options options = selecting(std::move(kernels));
  options.settings = {std::move(setting)};
  return options;
}

Plan plan_of(const Options& options, int world = 2, std::int64_t memory = kPlenty) {
  return make_plan(options, kFakes, {.world = world, .memory_bytes = memory});
}

Names measured(const Plan& plan) {
  Names names;
  for (const Case& planned : plan.cases)
    if (!planned.drift_watch) names.push_back(planned.name);
  return names;
}

std::set<std::string> measured_set(const Plan& plan) {
  const Names names = measured(plan);
  return {names.begin(), names.end()};
}

std::set<int> ranks_of(std::vector<RankChoice> choices, int world) {
  Options options = selecting({"flat_broadcast"});
  options.ranks = std::move(choices);
  std::set<int> ranks;
  for (const Case& planned : plan_of(options, world).cases)
    if (!planned.drift_watch) ranks.insert(planned.shape.ranks);
  return ranks;
}

void expect_refused(const Options& options, const Names& parts, int world = 2) {
  try {
    plan_of(options, world);
    FAIL() << "accepted, where a refusal naming " << parts.front() << " was due";
  } catch (const UsageError& error) {
    for (const std::string& part : parts)
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << part << " is not in: " << error.what();
  }
}

TEST(Plan, IsAPermutationOfTheProduct) {
  Options options = seeded();
  options.kernels = {"flat_broadcast"};
  options.settings = {{"flat_broadcast", "root", {"0", "1", "2"}}};
  std::set<std::string> product;
  for (const char* ranks : {"n2", "n4", "n5"})
    for (const char* bytes : {"b8", "b1024", "b65536", "b1048576"})
      for (const char* root : {"", "/root=1", "/root=2"})
        product.insert("flat_broadcast/" + std::string(ranks) + "/" + bytes + "/mpi/round-time" + root);
  const Plan plan = plan_of(options, 5);
  EXPECT_EQ(measured_set(plan), product);
  EXPECT_EQ(measured(plan).size(), product.size());
}

TEST(Plan, DependsOnTheSeedAndNothingElse) {
  EXPECT_EQ(case_names(plan_of(seeded(7), 8)), case_names(plan_of(seeded(7), 8)));
  EXPECT_NE(measured(plan_of(seeded(7), 8)), measured(plan_of(seeded(8), 8)));
  EXPECT_EQ(measured_set(plan_of(seeded(7), 8)), measured_set(plan_of(seeded(8), 8)));
}

TEST(Plan, OrderIsTheSameOnEveryPlatform) {
  Options options = selecting({"flat_broadcast"});
  options.payload_bytes = {1, 2, 3, 4, 5};
  std::vector<std::int64_t> order;
  for (const Case& planned : plan_of(options).cases)
    if (!planned.drift_watch) order.push_back(planned.shape.payload_bytes);
  EXPECT_EQ(order, (std::vector<std::int64_t>{3, 5, 1, 4, 2}));
}

TEST(Plan, ShuffleReachesEveryOrderAboutEquallyOften) {
  Options options = selecting({"flat_broadcast"});
  options.payload_bytes = {1, 2, 3};
  std::map<Names, int> seen;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    options.seed = seed;
    ++seen[measured(plan_of(options))];
  }
  ASSERT_EQ(seen.size(), 6U);
  for (const auto& [order, times] : seen) EXPECT_NEAR(times, 100, 40);  // four standard deviations
}

TEST(Plan, NamesAndSeedsAreUnique) {
  Options options = seeded();
  options.in_flight = {1, 8};
  options.settings = {{"two_phase_commit", "variant", {"nothing", "abort"}}, {"two_phase_commit", "read_only", {"0", "1"}}};
  const Plan plan = plan_of(options, 8);
  std::set<std::string> names;
  std::set<std::uint64_t> seeds;
  for (const Case& planned : plan.cases) {
    names.insert(planned.name);
    seeds.insert(planned.shape.seed);
  }
  EXPECT_EQ(names.size(), plan.cases.size());
  EXPECT_EQ(seeds.size(), plan.cases.size());
}

TEST(Plan, SeedOfACaseFollowsItsNameAndTheLaunch) {
  Options one = selecting({"flat_broadcast"}), all = selecting({"*"}), other = selecting({"flat_broadcast"});
  other.seed = 2;
  const auto seed_of = [](const Plan& plan) {
    return std::find_if(plan.cases.begin(), plan.cases.end(), [](const Case& c) { return c.kernel == kFakes.data(); })
        ->shape.seed;
  };
  EXPECT_EQ(seed_of(plan_of(one)), seed_of(plan_of(all)));
  EXPECT_NE(seed_of(plan_of(one)), seed_of(plan_of(other)));
}

TEST(Plan, CasesPointIntoTheRegistry) {
  for (const Case& planned : plan_of(seeded(), 4).cases) {
    EXPECT_GE(planned.kernel, kFakes.data());
    EXPECT_LT(planned.kernel, kFakes.data() + kFakes.size());
    EXPECT_EQ(planned.shape.parameters.data(), planned.kernel->parameters.data());
    EXPECT_TRUE(planned.name.starts_with(planned.kernel->name));
  }
}

TEST(Plan, KernelsAreGlobs) {
  EXPECT_EQ(measured_set(plan_of(selecting({"*broadcast", "flat_*"}))),
            std::set<std::string>{"flat_broadcast/n2/b8/mpi/round-time"});
  EXPECT_EQ(measured_set(plan_of(selecting({"p?ng_pong"}))), std::set<std::string>{"ping_pong/n2/b8/mpi/round-time"});
}

TEST(Plan, RanksFollowTheWorld) {
  const RankChoice pow2{RankChoice::Kind::pow2, 0}, all{RankChoice::Kind::all, 0};
  EXPECT_EQ(ranks_of({pow2}, 1), (std::set{1}));
  EXPECT_EQ(ranks_of({pow2}, 2), (std::set{2}));
  EXPECT_EQ(ranks_of({pow2}, 6), (std::set{2, 4, 6}));
  EXPECT_EQ(ranks_of({pow2}, 8), (std::set{2, 4, 8}));
  EXPECT_EQ(ranks_of({all}, 4), (std::set{1, 2, 3, 4}));
  EXPECT_EQ(ranks_of({{RankChoice::Kind::count, 3}, {RankChoice::Kind::count, 2}, pow2}, 4), (std::set{2, 3, 4}));
}

TEST(Plan, KernelsWithoutPayloadRunOnce) {
  Options options = selecting({"native_barrier"});
  options.payload_bytes = {8, 1024};
  EXPECT_EQ(measured(plan_of(options)), Names{"native_barrier/n2/b0/mpi/round-time"});
}

TEST(Plan, OnlyWhatOverlapsTakesAWindow) {
  Options options = selecting({"flat_broadcast", "stream", "two_phase_commit"});
  options.in_flight = {1, 8};
  EXPECT_EQ(measured_set(plan_of(options)),
            (std::set<std::string>{"flat_broadcast/n2/b8/mpi/round-time", "stream/n2/b8/mpi/none",
                                   "stream/n2/b8/mpi/none/in_flight=8", "two_phase_commit/n2/b8/mpi/round-time",
                                   "two_phase_commit/n2/b8/mpi/none/in_flight=8"}));
}

TEST(Plan, StreamsDefaultToAWindowOfTheirOwn) {
  Options options = selecting({"stream", "two_phase_commit"});
  options.sync = Sync::barrier;
  EXPECT_EQ(measured_set(plan_of(options)),
            (std::set<std::string>{"stream/n2/b8/mpi/none/in_flight=64", "two_phase_commit/n2/b8/mpi/barrier"}));
}

TEST(Plan, NamesHoldWhatDiffersFromTheDefault) {
  const Plan plan = plan_of(setting({"two_phase_commit"}, {"*commit", "variant", {"abort", "nothing"}}));
  EXPECT_EQ(measured_set(plan), (std::set<std::string>{"two_phase_commit/n2/b8/mpi/round-time",
                                                       "two_phase_commit/n2/b8/mpi/round-time/variant=abort"}));
  for (const Case& planned : plan.cases)
    EXPECT_EQ(planned.drift_watch ? 0 : planned.shape["variant"], planned.name.ends_with("variant=abort") ? 1 : 0);
}

TEST(Plan, RepeatedValuesCountOnce) {
  EXPECT_EQ(measured(plan_of(setting({"flat_broadcast"}, {"flat_broadcast", "root", {"1", "01", "1"}}))).size(), 1U);
}

TEST(Plan, WhatDoesNotFitIsSkippedWithItsReason) {
  const Plan plan = plan_of(setting({"two_phase_commit"}, {"two_phase_commit", "read_only", {"0", "3"}}));
  EXPECT_EQ(measured(plan), Names{"two_phase_commit/n2/b8/mpi/round-time"});
  ASSERT_EQ(plan.skipped.size(), 1U);
  EXPECT_EQ(plan.skipped[0].name, "two_phase_commit/n2/b8/mpi/round-time/read_only=3");
  EXPECT_EQ(plan.skipped[0].reason, "more read-only participants than ranks");
}

TEST(Plan, WhatExceedsTheMemoryIsSkipped) {
  Options options = selecting({"flat_broadcast"});
  options.payload_bytes = {1024, 1025};  // the fake takes twice the payload on each of two ranks
  options.operations = 1;                // and three stamps, twice
  const Plan plan = plan_of(options, 2, 4096 + 2 * 48);
  EXPECT_EQ(measured(plan), Names{"flat_broadcast/n2/b1024/mpi/round-time"});
  ASSERT_EQ(plan.skipped.size(), 1U);
  EXPECT_NE(plan.skipped[0].reason.find("half of the memory"), std::string::npos) << plan.skipped[0].reason;
  options.operations = 2;
  EXPECT_TRUE(measured(plan_of(options, 2, 4096 + 2 * 48)).empty()) << "samples take memory too";
}

TEST(Plan, BlocksStandBetweenTwoPingPongs) {
  const Plan plan = plan_of(seeded(), 8);
  const std::size_t cases = measured(plan).size();
  int block = -1;
  std::size_t inside = 0;
  for (const Case& planned : plan.cases) {
    const bool before = planned.name.ends_with(".before"), after = planned.name.ends_with(".after");
    EXPECT_EQ(planned.drift_watch, before || after);
    if (before) {
      ++block;
      inside = 0;
      EXPECT_EQ(planned.name, "ping_pong/n2/b8/mpi/round-time/drift=" + std::to_string(block) + ".before");
    }
    EXPECT_EQ(planned.block, block);
    inside += planned.drift_watch ? 0 : 1;
    EXPECT_TRUE(!after || (inside >= 5 && inside <= 10)) << inside;
  }
  EXPECT_EQ(static_cast<std::size_t>(block) + 1, (cases + 9) / 10);
  EXPECT_EQ(plan.cases.size(), cases + 2 * ((cases + 9) / 10));
}

TEST(Plan, CalibratesOnlyWherePingPongExistsAndFits) {
  Options options = selecting({"flat_broadcast"});
  EXPECT_EQ(make_plan(options, std::span(kFakes).first(1), {.world = 2}).cases.size(), 1U);
  EXPECT_EQ(plan_of(options, 1).cases.size(), 1U);
  EXPECT_EQ(plan_of(options, 2).cases.size(), 3U);
}

TEST(PlanRefuses, UnknownKernelsWithTheNearest) {
  expect_refused(selecting({"flat_brodcast"}), {"--kernels", "'flat_brodcast'", "nearest: flat_broadcast", "coordbench list"});
  expect_refused(selecting({"flat_broadcast", "raft*"}), {"'raft*'"});
}

TEST(PlanRefuses, MoreRanksThanTheWorld) {
  Options options = selecting({"flat_broadcast"});
  options.ranks = {{RankChoice::Kind::count, 2}, {RankChoice::Kind::count, 16}};
  expect_refused(options, {"--ranks", "'16'", "1 to 4", "mpirun -n 16"}, 4);
}

TEST(PlanRefuses, UnknownAndUselessSettings) {
  expect_refused(setting({"*"}, {"flat_brodcast", "root", {"1"}}), {"--set", "'flat_brodcast'", "nearest: flat_broadcast"});
  expect_refused(setting({"*"}, {"flat_broadcast", "rot", {"1"}}), {"--set", "'rot'", "accepted: root"});
  expect_refused(setting({"*"}, {"stream", "root", {"1"}}), {"--set", "'stream'", "no parameters"});
  expect_refused(setting({"stream"}, {"flat_broadcast", "root", {"1"}}), {"--set", "flat_broadcast.root", "--kernels"});
}

TEST(PlanRefuses, ValuesOutOfRange) {
  expect_refused(setting({"*"}, {"flat_broadcast", "root", {"8"}}), {"--set flat_broadcast.root", "'8'", "0 to 7"});
  expect_refused(setting({"*"}, {"*", "root", {"-1"}}), {"--set flat_broadcast.root", "'-1'", "0 to 7"});
  expect_refused(setting({"*"}, {"*", "root", {"first"}}), {"'first'", "0 to 7"});
  expect_refused(setting({"*"}, {"two_phase_commit", "variant", {"maybe"}}), {"'maybe'", "nothing, abort"});
  expect_refused(setting({"*"}, {"two_phase_commit", "variant", {"1"}}), {"'1'", "nothing, abort"});
}

TEST(PlanRefuses, AParameterSetTwice) {
  Options options = selecting({"*"});
  options.settings = {{"flat_broadcast", "root", {"1"}}, {"flat*", "root", {"2"}}};
  expect_refused(options, {"flat_broadcast.root", "twice"});
}

TEST(PlanRefuses, AWindowForNothing) {
  Options options = selecting({"flat_broadcast"});
  options.in_flight = {8};
  expect_refused(options, {"--in-flight"});
}

}  // namespace
}  // namespace coordbench::testing::plan_test
