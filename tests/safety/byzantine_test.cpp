#include <gtest/gtest.h>

#include <bit>
#include <set>

#include "tests/safety/one_too_many.hpp"
#include "tests/safety/reliable_broadcast.hpp"

namespace coordbench::testing::byzantine_test {
namespace {

using enum Treason;
using reliable_broadcast::Safety;
using reliable_broadcast::Totality;
using reliable_broadcast::Validity;
using P = reliable_broadcast::ReliableBroadcast;
using Agreement = common::Agreement<P>;

/// Only traitors of some kinds.
template <Treason... kKinds>
struct Only : Safety {
  static void draw(Schedule& schedule, Random& random) {
    Safety::draw(schedule, random);
    draw_traitors(schedule, random, traitors_most(schedule.shape), std::array{kKinds...});
  }
};
/// A rank is content with an echo too few.
template <class Drawn>
struct Hasty : Drawn {
  using Invariants = std::tuple<Agreement>;
  static void draw(Schedule& schedule, Random& random) {
    Drawn::draw(schedule, random);
    set(schedule.shape, "short", 1);
  }
};
struct Loyal : Safety {
  static void draw(Schedule& schedule, Random& random) {
    Safety::draw(schedule, random);
    schedule.faults.traitors = {};
  }
};

TEST(Byzantine, AThirdOfTraitorsBreaksNothingWhateverTheyDo) {
  constexpr std::int64_t kSchedules = 10'000;
  const Subject subject = make_subject<Safety>("reliable_broadcast");
  const Soaked sum = soak(subject, 1, kSchedules, 2);
  EXPECT_FALSE(sum.failing_seed) << report_of(subject, *sum.failing_seed);
  EXPECT_GT(sum.betrayed, kSchedules / 4);
  for (std::size_t kind = 0; kind < kTreasons.size(); ++kind) EXPECT_GT(sum.happened.treasons[kind], 1000) << kTreasons[kind];
}

TEST(Byzantine, WhatIsForgedOrReplayedIsRefusedWhereMessagesAreAuthenticated) {
  const Soaked sum = soak(make_subject<Only<replay, forgery>>("reliable_broadcast"), 1, 5'000, 2);
  EXPECT_FALSE(sum.failing_seed);
  EXPECT_GT(sum.refused.forged, 1000);
  EXPECT_GT(sum.refused.replayed, 1000);
}

TEST(Byzantine, OneTraitorMoreBreaksEachPromise) {
  EXPECT_TRUE((is_broken<OneTooMany<Safety, Agreement>>(10'000)));
  EXPECT_TRUE((is_broken<OneTooMany<Safety, Agreement, twins>>(10'000)));
  EXPECT_TRUE((is_broken<OneTooMany<Safety, Agreement, equivocation>>(10'000)));
  EXPECT_TRUE((is_broken<OneTooMany<Safety, Validity, lying>>(10'000)));
  EXPECT_TRUE((is_broken<OneTooMany<Safety, Totality, silence>>(10'000)));
  EXPECT_TRUE((is_broken<OneTooMany<Safety, common::Termination, silence>>(10'000)));
  EXPECT_FALSE((is_broken<OneTooMany<Safety, Agreement, silence, delay>>(10'000))) << "who says nothing that is wrong";
}

TEST(Byzantine, AQuorumThatIsTooSmallIsFoundByTraitorsOnly) {
  EXPECT_TRUE((is_broken<Hasty<Only<twins>>>(20'000)));
  EXPECT_TRUE((is_broken<Hasty<Only<equivocation>>>(20'000)));
  EXPECT_FALSE((is_broken<Hasty<Loyal>>(20'000)));
}

TEST(Byzantine, AWorldWithoutTraitorsIsTheSameWhetherItFacesThemOrNot) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Schedule schedule = draw<Safety>(seed);
    schedule.faults.traitors = {};
    Cluster<P> loyal(schedule.shape, schedule.faults, schedule.operations);
    Cluster<P, Watch<Safety>> facing(schedule.shape, schedule.faults, schedule.operations, Watch<Safety>(schedule, true));
    for (Operation k = 0; k < schedule.operations; ++k) loyal.propose(k), facing.propose(k);
    loyal.run_until(schedule.ends_at_ns);
    facing.run_until(schedule.ends_at_ns);
    EXPECT_EQ(loyal.events(), facing.events());
    EXPECT_EQ(loyal.observer().conversation(Safety::describe, SIZE_MAX, true),
              facing.observer().history()->conversation(Safety::describe, SIZE_MAX, true));
  }
}

TEST(Byzantine, DrawsServersOnlyAndNoMoreThanAreBorne) {
  std::array<int, kTreasons.size()> drawn{};
  int without = 0, accomplices = 0;
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    Random random(seed);
    Schedule schedule{.shape = {.ranks = 7, .clients = 2}, .faults = {.heals_at_ns = 1000}};
    schedule.shape.authentication = static_cast<Authentication>(random.below(3));
    draw_traitors(schedule, random, 2);
    std::set<Rank> ranks;
    for (const Traitor& it : schedule.faults.traitors.all) {
      if (it.rank < 0) continue;
      EXPECT_TRUE(it.rank < 7 && ranks.insert(it.rank).second);
      EXPECT_TRUE(it.treasons != 0 && it.per_cent > 0);
      EXPECT_FALSE(it.does(forgery) && schedule.shape.authentication == Authentication::none);
      EXPECT_EQ(it.does(collusion), it.accomplice >= 0 && !it.does(twins));
      EXPECT_TRUE(it.accomplice < 0 || schedule.faults.traitors.find(it.accomplice)->accomplice == it.rank);
      accomplices += it.accomplice >= 0 ? 1 : 0;
      for (std::size_t kind = 0; kind < drawn.size(); ++kind) drawn[kind] += it.does(static_cast<Treason>(kind)) ? 1 : 0;
    }
    EXPECT_LE(ranks.size(), 2U);
    without += ranks.empty() ? 1 : 0;
  }
  EXPECT_NEAR(without, 1000, 150);
  EXPECT_GT(accomplices, 500);
  for (std::size_t kind = 0; kind < drawn.size(); ++kind) EXPECT_GT(drawn[kind], 200) << kTreasons[kind];
}

TEST(Byzantine, AReportSaysWhoDoesWhatAndNamesNobodyInVain) {
  using TwoStories = OneTooMany<Safety, Agreement, equivocation, silence, replay>;
  const Subject subject = make_subject<TwoStories>("reliable_broadcast");
  const std::uint64_t seed = *soak(subject, 1, 5000, 1).failing_seed;
  const Schedule drawn = subject.draw(seed);
  const std::string_view violated = subject.run(drawn, false).violated;
  const Schedule simplest = shrunken(subject, drawn, violated);
  EXPECT_LE(simplest.faults.traitors.count(), drawn.faults.traitors.count());
  EXPECT_GE(simplest.faults.traitors.count(), P::traitors_most(simplest.shape) + 1) << "fewer are borne";
  for (const Traitor& it : simplest.faults.traitors.all)
    EXPECT_TRUE(it.rank < 0 || std::popcount(static_cast<unsigned>(it.treasons & ~bit_of(collusion))) <= 1);
  EXPECT_NE(in_words(simplest).find(" tells two stories, in 100 % of its messages to "), std::string::npos)
      << in_words(simplest);
}

}  // namespace
}  // namespace coordbench::testing::byzantine_test
