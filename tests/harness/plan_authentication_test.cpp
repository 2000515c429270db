// What a plan makes of --authentication: cases of kernels that can bear it, reasons for the others.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "harness/plan/plan.hpp"
#include "tests/harness/fake_kernels.hpp"

namespace coordbench::testing::plan_authentication_test {
namespace {

constexpr std::array kMacs{Authentication::none, Authentication::mac};

Options asking_for(std::vector<Authentication> authentications) {
  Options options;
  options.seed = 1;
  options.kernels = {"two_phase_commit"};
  options.ranks = {{RankChoice::Kind::count, 2}};
  options.payload_bytes = {8};
  options.authentications = std::move(authentications);
  return options;
}

std::set<std::string> names_of(const Plan& plan) {
  std::set<std::string> names;
  for (const Case& planned : plan.cases)
    if (!planned.drift_watch) names.insert(planned.name);
  return names;
}

std::array<Kernel, 2> kernels_that_bear(std::span<const Authentication> ways) {
  std::array kernels{fake("flat_broadcast"), fake_commit()};
  kernels[1].authentications = ways;
  return kernels;
}

TEST(PlanOfAuthentication, IsAnAxisAndStandsInTheName) {
  const auto kernels = kernels_that_bear(kMacs);
  const Plan plan = make_plan(asking_for({Authentication::none, Authentication::mac}), kernels, {.world = 2});
  EXPECT_EQ(names_of(plan), (std::set<std::string>{"two_phase_commit/n2/b8/mpi/round-time",
                                                   "two_phase_commit/n2/b8/mpi/round-time/authentication=mac"}));
  for (const Case& planned : plan.cases)
    EXPECT_EQ(planned.shape.authentication == Authentication::mac, planned.name.ends_with("=mac")) << planned.name;
}

TEST(PlanOfAuthentication, IsRefusedWhereNoKernelCanBearIt) {
  const auto kernels = kernels_that_bear({});
  try {
    make_plan(asking_for({Authentication::signature}), kernels, {.world = 2});
    FAIL() << "--authentication was accepted";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("--authentication was given"), std::string::npos) << error.what();
  }
  EXPECT_EQ(names_of(make_plan(asking_for({Authentication::none}), kernels, {.world = 2})).size(), 1U);
}

TEST(PlanOfAuthentication, TellsWhyAKernelCannot) {
  constexpr std::array kSignatures{Authentication::signature};
  const auto skipped = [](std::span<const Authentication> ways, Authentication asked) {
    auto kernels = kernels_that_bear(ways);
    kernels[0].authentications = kMacs;
    Options options = asking_for({Authentication::none, asked});
    options.kernels = {"*"};
    std::map<std::string, std::string> reasons;
    for (const Skipped& skip : make_plan(options, kernels, {.world = 2}).skipped) reasons[skip.name] = skip.reason;
    return reasons;
  };
  const std::string held_back = "a message with a MAC or a signature is not held back";
  auto kernels = kernels_that_bear(kMacs);
  kernels[1].under_loss = [](const Shape&) { return UnderLoss::tolerates; };
  Options late = asking_for({Authentication::none, Authentication::mac});
  late.losses = {{.delay_ns = 1000}};
  const Plan plan = make_plan(late, kernels, {.world = 2});
  ASSERT_EQ(plan.skipped.size(), 1U);
  EXPECT_EQ(plan.skipped[0].reason.substr(0, held_back.size()), held_back);
  const std::string name = "two_phase_commit/n2/b8/mpi/round-time";
  const std::string trusts = "it trusts every sender; leave --authentication out";
  EXPECT_EQ(skipped({}, Authentication::mac), (std::map<std::string, std::string>{{name + "/authentication=mac", trusts}}));
  EXPECT_EQ(skipped(kMacs, Authentication::mac).size(), 0U);
  EXPECT_EQ(skipped(kMacs, Authentication::signature)[name + "/authentication=signature"],
            "it cannot do with authentication signature; give --authentication none or mac");
  EXPECT_EQ(skipped(kSignatures, Authentication::signature)[name],
            "it cannot do with authentication none; give --authentication signature");
}

}  // namespace
}  // namespace coordbench::testing::plan_authentication_test
