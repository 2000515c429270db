#include "kernels/g_counter.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "tests/kernels/replicas.hpp"
#include "tests/safety/g_counter/safety.hpp"

namespace coordbench::testing::g_counter_test {
namespace {

using g_counter::Safety;
using replicas::update_all;
using Counters = Watched<Safety>;

Shape counter_shape(int ranks, const Settings& set = {}) { return shape_of<GCounter>(ranks, 0, set); }

TEST(GCounter, CostsWhatItDeclaresForEveryNProposersAndWayOfShipping) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t proposers : {1, 2, 0})
      for (const std::int64_t ship : {GCounter::ship_state, GCounter::ship_delta})
        if (proposers <= ranks)
          replicas::expect_declared_costs<Safety>(counter_shape(ranks, {{"proposers", proposers}, {"ship", ship}}));
}

TEST(GCounter, CostsByHandAtFiveRanks) {
  const auto deltas = update_all<Safety>(counter_shape(5, {{"ship", GCounter::ship_delta}}), 1);
  EXPECT_EQ(deltas->traffic().messages_sent, 5 * 4);
  EXPECT_EQ(deltas->traffic().background_messages, 0);
  const std::int64_t header = sizeof(GCounter::Message) + sizeof(Depth);
  EXPECT_EQ(deltas->traffic().bytes_sent(), 5 * 4 * (header + 16));
  EXPECT_EQ(update_all<Safety>(counter_shape(5), 1)->traffic().bytes_sent(), 5 * 4 * (header + 8 * 5));
}

TEST(GCounter, AcknowledgesInTheBackground) { replicas::expect_acknowledgements_in_the_background<Safety>(); }
TEST(GCounter, RefusesMoreProposersThanRanks) { replicas::expect_no_more_proposers_than_ranks<GCounter>(); }

/// A state may bring an increment before its own message does.
TEST(GCounter, CostsTheSameWhateverOthersDoMeanwhile) {
  replicas::expect_costs_whatever_others_do<Safety>([](std::uint64_t seed) {
    return counter_shape(5, {{"ship", static_cast<std::int64_t>(seed % 2)}});
  });
}

TEST(GCounter, AcceptsOnlyACountThatIncludesTheOperation) {
  const Shape shape = counter_shape(3);
  const auto says = [&](std::int64_t count, Operation of = Answer::nothing) {
    return GCounter::accepts(shape, 7, {.outcome = count, .of = of});
  };
  EXPECT_TRUE(says(3)) << "operation 7 is the third of replica 1";
  EXPECT_TRUE(says(4));
  EXPECT_FALSE(says(2));
  EXPECT_FALSE(says(3, Answer::itself)) << "there is no payload";
}

TEST(GCounter, TellsTheStoryOfTwoIncrementsAtOnce) {
  Counters cluster(counter_shape(3, {{"resend_us", 1}}), {}, 2);
  cluster.propose(0);
  cluster.propose(1);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  state with 0\n"
            "   0  0 → 2  state with 0\n"
            "   0  1 → 2  state with 1\n"
            "   0  1 → 0  state with 1\n"
            "   1  1 → 0  acknowledge 1\n"
            "   1  2 → 0  acknowledge 1\n"
            "   1  2 → 1  acknowledge 1\n"
            "   1  0 → 1  acknowledge 1\n");
  for (Rank rank = 0; rank < 3; ++rank) EXPECT_EQ(cluster.machine(rank).counts().value(), 2U);
}

TEST(GCounter, TellsTheStoryOfALostDelta) {
  Counters cluster(counter_shape(3, {{"ship", GCounter::ship_delta}, {"proposers", 1}, {"resend_us", 1}}), {}, 1);
  cluster.propose_without(0, 2);
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  delta with 0\n"
            "   0  0 → 2  delta with 0  (cut off)\n"
            "   1  1 → 0  acknowledge 1\n"
            "1000  0 → 2  delta again\n"  // to no other
            "1001  2 → 0  acknowledge 1\n");
}

TEST(GCounter, TellsTheStoryOfAReplicaThatForgotWhoHadAcknowledged) {
  Counters cluster(counter_shape(3, {{"ship", GCounter::ship_delta}, {"proposers", 1}, {"resend_us", 1}}), {}, 1);
  cluster.propose(0);
  cluster.run_until(10);
  cluster.crash(0);
  cluster.run_until(20);
  cluster.restart(0);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  delta with 0\n"
            "   0  0 → 2  delta with 0\n"
            "   1  1 → 0  acknowledge 1\n"
            "   1  2 → 0  acknowledge 1\n"
            "  10  0 crashes\n"
            "  20  0 is back\n"
            "  21  0 → 1  state again\n"
            "  21  0 → 2  state again\n"
            "  22  1 → 0  acknowledge 1\n"
            "  22  2 → 0  acknowledge 1\n");
}

TEST(GCounter, MakesUpForALostMessageWithTheNextEvenWhereNothingIsSentAgain) {
  for (const std::int64_t ship : {GCounter::ship_state, GCounter::ship_delta}) {
    Counters cluster(counter_shape(2, {{"ship", ship}, {"proposers", 1}}), {}, 2);
    cluster.cut(0, 1);
    cluster.propose(0);
    cluster.run();
    cluster.mend();
    EXPECT_EQ(cluster.machine(1).counts().value(), 0U);
    cluster.propose(1);
    cluster.run();
    EXPECT_EQ(cluster.machine(1).counts().value(), 2U);
    EXPECT_TRUE(cluster.has_ended(0) && cluster.has_ended(1));
    cluster.expect_end();
  }
}

TEST(GCounter, AStateBringsWhatAThirdReplicaCounted) {
  for (const std::int64_t ship : {GCounter::ship_state, GCounter::ship_delta}) {
    Counters cluster(counter_shape(3, {{"ship", ship}}), {}, 2);
    cluster.cut(0, 2);
    cluster.propose(0);
    cluster.run();
    cluster.propose(1);
    cluster.run();
    EXPECT_EQ(cluster.machine(2).counts().value(), ship == GCounter::ship_state ? 2U : 1U);
    EXPECT_FALSE(cluster.has_ended(0)) << "replica 2 has not heard it from replica 0";
  }
}

TEST(GCounter, CatchesUpAfterALongSilenceInStepsWithinItsBounds) {
  const Shape shape = counter_shape(3, {{"ship", GCounter::ship_delta}, {"proposers", 1}, {"resend_us", 1}});
  constexpr std::int64_t kOperations = 1000;  // many times what one step may complete
  Counters cluster(shape, {}, kOperations);
  cluster.cut(0, 2);
  for (Operation k = 0; k < kOperations; ++k) cluster.propose(k);
  cluster.run_until(10);
  EXPECT_EQ(cluster.machine(2).counts().value(), 0U);
  cluster.mend();
  cluster.run();
  EXPECT_EQ(cluster.machine(2).counts().value(), std::uint64_t{kOperations});
  EXPECT_LT(bounds_of<GCounter>(shape, 2).completions, std::size_t{kOperations});
  cluster.expect_end();
}

/// A machine by itself, whose payloads come out of an arena of the size that the bounds say.
struct Alone {
  explicit Alone(const Shape& shape)
      : bounds(bounds_of<GCounter>(shape, 0)),
        arena(bounds.made, bounds.made_bytes),
        out(bounds, true, &arena),
        machine(shape, 0) {}
  Bounds bounds;
  PayloadArena arena;
  Outbox<GCounter::Message> out;
  GCounter machine;
};

TEST(GCounter, MakesAPayloadAnOperationAndKeepsNone) {
  for (const std::int64_t ship : {GCounter::ship_state, GCounter::ship_delta}) {
    Alone alone(counter_shape(64, {{"ship", ship}}));
    for (Operation k = 0; k < 64 * 1000; k += 64) {
      alone.machine.propose(k, {}, alone.out);
      ASSERT_EQ(alone.out.envelopes().size(), 1U) << "one for all receivers";
      EXPECT_EQ(alone.out.envelopes()[0].payload.size(), ship == GCounter::ship_state ? 8U * 64 : 16U);
      EXPECT_TRUE(alone.arena.has_free(alone.bounds.made - 1));
      EXPECT_FALSE(alone.arena.has_free(alone.bounds.made));
      alone.out.envelopes()[0].payload = {};
      EXPECT_TRUE(alone.arena.has_free(alone.bounds.made));
      alone.out.clear();
    }
  }
}

TEST(GCounter, SendsAgainWithinItsBounds) {
  Alone alone(counter_shape(64, {{"ship", GCounter::ship_delta}, {"resend_us", 1}}));
  alone.machine.propose(0, {}, alone.out);
  alone.out.clear();
  alone.machine.restart(alone.out);
  alone.machine.step(5, {.kind = GCounter::Kind::acknowledgement, .heard = 0}, {}, alone.out);
  alone.machine.tick(alone.out);
  ASSERT_EQ(alone.out.envelopes().size(), 63U);
  std::size_t states = 0;
  for (const auto& envelope : alone.out.envelopes()) states += envelope.message.kind == GCounter::Kind::state ? 1 : 0;
  EXPECT_EQ(states, 62U) << "of one peer it is known what it has";
  EXPECT_FALSE(alone.arena.has_free(alone.bounds.made - 1)) << "a state and a delta, whatever the receivers";
}

TEST(GCounter, AWorldMayEndWhileItsMessagesAreUnderWay) {
  auto cluster = std::make_unique<Counters>(counter_shape(3), Faults{}, 2);
  cluster->propose(0);
  cluster->propose(1);
  EXPECT_NO_FATAL_FAILURE(cluster.reset()) << "the states that they carry outlive their machines";
}

TEST(GCounter, AloneItSendsNothing) {
  const auto cluster = update_all<Safety>(counter_shape(1, {{"resend_us", 1}}), 3);
  EXPECT_EQ(cluster->traffic().messages_sent, 0);
  EXPECT_EQ(cluster->machine(0).counts().value(), 3U);
}

}  // namespace
}  // namespace coordbench::testing::g_counter_test
