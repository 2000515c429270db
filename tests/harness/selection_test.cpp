#include "harness/plan/selection.hpp"

#include <gtest/gtest.h>

#include "harness/options/usage_error.hpp"
#include "tests/harness/fake_kernels.hpp"

namespace coordbench::testing::selection_test {
namespace {

using Names = std::vector<std::string>;

Names names_of(const std::vector<const Kernel*>& kernels) {
  Names names;
  for (const Kernel* kernel : kernels) names.emplace_back(kernel->name);
  return names;
}

Names selected(const Names& words) { return names_of(select_kernels("--kernels", words, kFakes)); }

std::string refusal(const Names& words) {
  try {
    return "selected " + selected(words).front();
  } catch (const UsageError& error) {
    return error.what();
  }
}

void expect_refused(const Names& words, const Names& parts) {
  const std::string sentence = refusal(words);
  for (const std::string& part : parts) EXPECT_NE(sentence.find(part), std::string::npos) << part << " is not in: " << sentence;
}

TEST(Selection, AGroupIsAllItsKernels) {
  EXPECT_EQ(selected({"@point-to-point"}), (Names{"ping_pong", "stream"}));
  EXPECT_EQ(selected({"stream", "@commitment"}), (Names{"stream", "two_phase_commit"}));
}

TEST(Selection, ANativeKernelIsNotOfTheGroupItIsTheBaselineOf) {
  EXPECT_EQ(selected({"@native"}), Names{"native_barrier"});
  expect_refused({"@barrier"}, {"'@barrier'"});
}

TEST(Selection, AnUnknownGroupIsRefusedWithTheNearestAndThoseThereAre) {
  expect_refused({"@comitment"}, {"--kernels", "'@comitment'", "nearest: commitment",
                                  "accepted: @broadcast, @commitment, @point-to-point, @native"});
}

TEST(Selection, AUniquePartOfANameIsEnough) {
  EXPECT_EQ(selected({"two_ph"}), Names{"two_phase_commit"});
  EXPECT_EQ(selected({"flat"}), Names{"flat_broadcast"});
}

TEST(Selection, AUniqueBeginningIsEnoughEvenIfOtherNamesHoldItToo) {
  const std::array kernels{fake("pull_gossip"), fake("push_gossip"), fake("push_pull_gossip")};
  EXPECT_EQ(names_of(matching_kernels("--kernels", "pull", kernels)), Names{"pull_gossip"});
  EXPECT_THROW(matching_kernels("--kernels", "push", kernels), UsageError) << "two names begin with it";
}

TEST(Selection, APartOfSeveralNamesIsRefusedWithAllOfThem) {
  expect_refused({"a"}, {"--kernels", "'a' is part of 4 names: flat_broadcast, native_barrier, stream, two_phase_commit;",
                         "'*a*' for all"});
}

TEST(Selection, AWholeNameIsNoPartOfALongerOne) {
  const std::array kernels{fake("push_gossip"), fake("push_gossip_log")};
  EXPECT_EQ(names_of(select_kernels("--kernels", {"push_gossip"}, kernels)), Names{"push_gossip"});
}

TEST(Selection, WhatStandsBehindAnExclamationMarkIsLeftOut) {
  EXPECT_EQ(selected({"*p*", "!@commitment"}), Names{"ping_pong"});
  EXPECT_EQ(selected({"!@commitment", "*p*"}), Names{"ping_pong"});
  EXPECT_EQ(selected({"*", "!p?ng*", "!flat"}), (Names{"native_barrier", "stream", "two_phase_commit"}));
}

TEST(Selection, ExclusionsAloneLeaveTheRestOfAll) {
  EXPECT_EQ(selected({"!@native", "!@point-to-point"}), (Names{"flat_broadcast", "two_phase_commit"}));
}

TEST(Selection, RefusesExclusionsThatMeanNothingOrLeaveNothing) {
  expect_refused({"!@comitment"}, {"'@comitment'", "nearest: commitment"});
  expect_refused({"!"}, {"no kernel is called ''"});
  expect_refused({"stream", "!@point-to-point"}, {"--kernels", "'stream,!@point-to-point' leaves no kernel"});
}

TEST(Selection, ASettingNamesItsKernelsInTheSameWay) {
  EXPECT_EQ(names_of(matching_kernels("--set", "@commitment", kFakes)), Names{"two_phase_commit"});
  EXPECT_EQ(names_of(matching_kernels("--set", "two_ph", kFakes)), Names{"two_phase_commit"});
}

}  // namespace
}  // namespace coordbench::testing::selection_test
