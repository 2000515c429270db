#include "kernels/or_set.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/replicas.hpp"
#include "tests/safety/or_set/safety.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing::or_set_test {
namespace {

using or_set::Safety;
using replicas::update_all;
using Sets = Watched<Safety>;

Shape set_shape(int ranks, const Settings& set = {}) { return shape_of<OrSet>(ranks, 0, set); }

/// The first operations add (true) and remove (false) the one element, in this order.
Shape scripted(int ranks, const std::vector<bool>& script, Settings set = {}) {
  set.emplace_back("elements", 1);
  return replicas::scripted<OrSet>(set_shape(ranks, set), script);
}

TEST(OrSet, CostsWhatItDeclaresForEveryNProposersAndWayOfShipping) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t proposers : {1, 2, 0})
      for (const std::int64_t ship : {OrSet::ship_state, OrSet::ship_delta})
        if (proposers <= ranks && (proposers > 0 || ranks <= 16 || ranks % 16 == 0))
          replicas::expect_declared_costs<Safety>(
              set_shape(ranks, {{"proposers", proposers}, {"ship", ship}, {"elements", 4}}));
}

TEST(OrSet, CostsByHandAtFiveRanks) {
  const std::int64_t header = sizeof(OrSet::Message) + sizeof(Depth);
  const auto bytes = [](const std::vector<bool>& script, std::int64_t ship) {
    return update_all<Safety>(scripted(5, script, {{"ship", ship}}), 1)->traffic().bytes_sent();
  };
  // Every addition but the first takes the dot before it; a state has one dot, and the numbers of five replicas.
  EXPECT_EQ(bytes({true, true, true, true, true}, OrSet::ship_delta), 4 * (5 * header + 12 + 4 * 24));
  EXPECT_EQ(bytes({true, true, true, true, true}, OrSet::ship_state), 4 * 5 * (header + 8 + 5 * 4 + 12));
  // A removal of what is not there takes nothing.
  EXPECT_EQ(bytes({false, true, false, false, true}, OrSet::ship_delta), 4 * (5 * header + 12 + 12 + 24 + 12 + 12));
  EXPECT_EQ(bytes({false, true, false, false, true}, OrSet::ship_state), 4 * (5 * (header + 8 + 5 * 4) + 2 * 12));
}

TEST(OrSet, AcknowledgesInTheBackground) { replicas::expect_acknowledgements_in_the_background<Safety>(); }
TEST(OrSet, RefusesMoreProposersThanRanks) { replicas::expect_no_more_proposers_than_ranks<OrSet>(); }

/// A state may bring an update before its own message does.
TEST(OrSet, CostsTheSameWhateverOthersDoMeanwhile) {
  replicas::expect_costs_whatever_others_do<Safety>([](std::uint64_t seed) {
    return set_shape(5, {{"ship", static_cast<std::int64_t>(seed % 2)}, {"elements", 2}});
  });
}

TEST(OrSet, DrawsAdditionsAndRemovalsOfEveryElement) {
  const Shape shape = set_shape(3);
  std::array<int, 2> of_kind{};
  std::array<int, 16> of_element{};
  for (Operation k = 0; k < 10'000; ++k) {
    ++of_kind[static_cast<std::size_t>(OrSet::kind(shape, k))];
    ++of_element[OrSet::element(shape.seed, shape["elements"], k)];
  }
  for (const int times : of_kind) EXPECT_NEAR(times, 5000, 250);
  for (const int times : of_element) EXPECT_NEAR(times, 625, 125);
}

TEST(OrSet, AcceptsACountThatIncludesTheOperationAndTheElementWhereItCanOnlyBeSo) {
  const Shape shape = scripted(3, {true, false, true, false}), alone = scripted(3, {true, false}, {{"proposers", 1}});
  const auto outcome = [](std::int64_t count, bool own, bool there) { return 4 * count + (own ? 2 : 0) + (there ? 1 : 0); };
  const auto says = [&](std::int64_t value, Operation k = 3) {
    return OrSet::accepts(shape, k, {.outcome = value, .of = Answer::nothing});
  };
  EXPECT_TRUE(says(outcome(2, true, false))) << "operation 3 is the second of replica 0, and removes";
  EXPECT_FALSE(says(outcome(2, true, true))) << "it is still there, where it was removed";
  EXPECT_TRUE(says(outcome(2, false, true))) << "elsewhere another may have added it";
  EXPECT_TRUE(says(outcome(3, true, true))) << "the replica itself may have added it since";
  EXPECT_FALSE(says(outcome(1, true, false)));
  EXPECT_FALSE(says(outcome(1, true, false), 2)) << "operation 2 adds, and is the first of replica 2";
  EXPECT_TRUE(says(outcome(1, true, true), 2));
  EXPECT_TRUE(OrSet::accepts(alone, 1, {.outcome = outcome(2, false, false), .of = Answer::nothing}));
  EXPECT_FALSE(OrSet::accepts(alone, 1, {.outcome = outcome(2, false, true), .of = Answer::nothing})) << "nobody else adds";
  EXPECT_FALSE(OrSet::accepts(shape, 3, {.outcome = outcome(2, true, false)})) << "there is no payload";
}

TEST(OrSet, TellsTheStoryOfAnAdditionThatWins) {
  for (const std::int64_t ship : {OrSet::ship_state, OrSet::ship_delta}) {
    Sets cluster(scripted(2, {true, false, true}, {{"ship", ship}, {"resend_us", 1}}), {}, 3);
    cluster.propose(0);
    cluster.run();
    cluster.propose(2);  // adds …
    cluster.propose(1);  // … while the other removes what it has seen
    EXPECT_FALSE(cluster.machine(1).set().contains(0));
    cluster.run();
    const std::string what = ship == OrSet::ship_state ? "state" : "delta";
    EXPECT_EQ(cluster.conversation(), "   0  0 → 1  " + what + " with 0\n" +
                                          "   1  1 → 0  acknowledge 1\n"
                                          "1000  0 → 1  " +
                                          what + " with 2\n" + "1000  1 → 0  " + what + " with 1\n" +
                                          "1001  1 → 0  acknowledge 2\n"
                                          "1001  0 → 1  acknowledge 1\n");
    EXPECT_TRUE(cluster.machine(0).set().contains(0));
    EXPECT_TRUE(cluster.machine(1).set().contains(0));
  }
}

TEST(OrSet, TellsTheStoryOfALostDelta) {
  Sets cluster(scripted(3, {true, false}, {{"ship", OrSet::ship_delta}, {"proposers", 1}, {"resend_us", 1}}), {}, 2);
  cluster.cut(0, 2);
  cluster.propose(0);
  cluster.run_until(500);
  cluster.mend();
  cluster.propose(1);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  delta with 0\n"
            "   0  0 → 2  delta with 0  (cut off)\n"
            "   1  1 → 0  acknowledge 1\n"
            " 500  0 → 1  delta with 1\n"
            " 500  0 → 2  delta with 1\n"
            " 501  1 → 0  acknowledge 2\n"
            " 501  2 → 0  acknowledge 0\n"  // it waits for the first
            "1000  0 → 2  state again\n"
            "1001  2 → 0  acknowledge 2\n");
}

TEST(OrSet, SendsItsStateAfterACrashThatForgotWhoHadAcknowledged) {
  Sets cluster(scripted(3, {true}, {{"ship", OrSet::ship_delta}, {"proposers", 1}, {"resend_us", 1}}), {}, 1);
  cluster.propose(0);
  cluster.run_until(10);
  cluster.crash(0);
  cluster.restart(0);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.traffic().background_messages, 2 + 2 * 2) << "two acknowledgements; two states, and theirs";
}

/// What the context is for: replica 2 hears of a removal before it hears of what was removed.
TEST(OrSet, ForgetsNothingUnderConcurrentRemoval) {
  for (const std::int64_t ship : {OrSet::ship_state, OrSet::ship_delta}) {
    const Shape shape = scripted(3, {true, false}, {{"ship", ship}});
    std::vector<OrSet> replicas;
    for (Rank rank = 0; rank < 3; ++rank) replicas.emplace_back(shape, rank);
    const Bounds bounds = bounds_of<OrSet>(shape, 0);
    PayloadArena arena(4, bounds.made_bytes);
    Outbox<OrSet::Message> added(bounds, true, &arena), removed(bounds, true, &arena), out(bounds, true, &arena);
    replicas[0].propose(0, {}, added);
    const auto& addition = added.envelopes()[0];
    replicas[1].step(0, addition.message, addition.payload, out);
    replicas[1].propose(1, {}, removed);
    replicas[2].step(1, removed.envelopes()[0].message, removed.envelopes()[0].payload, out);
    replicas[2].step(0, addition.message, addition.payload, out);
    EXPECT_FALSE(replicas[2].set().contains(0)) << "ship " << ship;
  }
}

/// The short name of what the first of many schedules breaks, each changed so that it is outside of what the set claims.
std::string broken(void (*change)(Schedule&)) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    Schedule schedule = draw<Safety>(seed);
    change(schedule);
    const Outcome outcome = run<Safety>(schedule, false);
    if (!outcome.violated.empty()) return std::string(outcome.violated.substr(0, outcome.violated.find(':')));
  }
  return "";
}

TEST(OrSet, FindsWhatItDoesNotClaim) {
  const auto lose_states = [](Schedule& schedule) { schedule.faults.amnesia = 1; };
  EXPECT_EQ(broken(lose_states), "Monotone") << "a replica that has lost its set and its numbers";
  const auto overtake = [](Schedule& schedule) {
    set(schedule.shape, "ship", OrSet::ship_delta);
    set(schedule.shape, "resend_us", 0);
    lose_nothing(schedule);
    schedule.faults.fifo = false;
  };
  EXPECT_EQ(broken(overtake), "Convergence") << "deltas that overtake each other, and are never sent again";
}

TEST(OrSet, CatchesUpAfterALongSilenceInStepsWithinItsBounds) {
  for (const std::int64_t ship : {OrSet::ship_state, OrSet::ship_delta}) {
    const Shape shape = set_shape(3, {{"ship", ship}, {"proposers", 1}, {"resend_us", 1}});
    constexpr std::int64_t kOperations = 1000;  // many times what one step may complete
    Sets cluster(shape, {}, kOperations);
    cluster.cut(0, 2);
    for (Operation k = 0; k < kOperations; ++k) cluster.propose(k);
    cluster.run_until(10);
    EXPECT_EQ(cluster.machine(2).set().known(0), 0U);
    cluster.mend();
    cluster.run();
    EXPECT_EQ(cluster.machine(2).set().known(0), std::uint32_t{kOperations});
    EXPECT_LT(bounds_of<OrSet>(shape, 2).completions, std::size_t{kOperations});
    cluster.expect_end();
  }
}

TEST(OrSet, MakesAPayloadAnOperationAndKeepsNone) {
  for (const std::int64_t ship : {OrSet::ship_state, OrSet::ship_delta}) {
    const Shape shape = set_shape(64, {{"ship", ship}});
    const Bounds bounds = bounds_of<OrSet>(shape, 0);
    PayloadArena arena(bounds.made, bounds.made_bytes);
    Outbox<OrSet::Message> out(bounds, true, &arena);
    OrSet machine(shape, 0);
    for (Operation k = 0; k < 64 * 1000; k += 64) {
      machine.propose(k, {}, out);
      ASSERT_EQ(out.envelopes().size(), 1U) << "one for all receivers";
      EXPECT_FALSE(arena.has_free(bounds.made));
      out.envelopes()[0].payload = {};
      EXPECT_TRUE(arena.has_free(bounds.made));
      out.clear();
    }
  }
}

TEST(OrSet, AloneItSendsNothing) {
  const auto cluster = update_all<Safety>(set_shape(1, {{"resend_us", 1}}), 3);
  EXPECT_EQ(cluster->traffic().messages_sent, 0);
  EXPECT_EQ(cluster->machine(0).set().known(0), 3U);
}

}  // namespace
}  // namespace coordbench::testing::or_set_test
