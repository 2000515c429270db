#include "kernels/operation_counter.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/replicas.hpp"
#include "tests/safety/operation_counter/safety.hpp"

namespace coordbench::testing::operation_counter_test {
namespace {

using operation_counter::Safety;
using replicas::applied, replicas::update_all;
using Values = replicas::Counts;
using Counters = Watched<Safety>;

Shape counter_shape(int ranks, const Settings& set = {}) { return shape_of<OperationCounter>(ranks, 0, set); }

TEST(OperationCounter, CostsWhatItDeclaresForEveryNAndProposers) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t proposers : {1, 2, 0})
      for (const std::int64_t resend_us : {0, 1})
        if (proposers <= ranks)
          replicas::expect_declared_costs<Safety>(
              counter_shape(ranks, {{"proposers", proposers}, {"resend_us", resend_us}, {"keep", 1}}));
}

TEST(OperationCounter, CostsByHandAtFiveRanks) {
  const auto cluster = update_all<Safety>(counter_shape(5), 1);
  EXPECT_EQ(cluster->traffic().messages_sent, 5 * 4);
  EXPECT_EQ(cluster->traffic().background_messages, 0);
  const std::int64_t header = sizeof(OperationCounter::Message) + sizeof(Depth);
  EXPECT_EQ(cluster->traffic().bytes_sent(), 5 * 4 * header);
  EXPECT_EQ(applied(*cluster), Values(5, 5));
}

TEST(OperationCounter, AcknowledgesInTheBackground) { replicas::expect_acknowledgements_in_the_background<Safety>(); }
TEST(OperationCounter, RefusesMoreProposersThanRanks) { replicas::expect_no_more_proposers_than_ranks<OperationCounter>(); }

TEST(OperationCounter, AcceptsOnlyTheOperationsUpToThisOne) {
  const Shape shape = counter_shape(3);
  const auto says = [&](std::int64_t count, Operation of = Answer::nothing) {
    return OperationCounter::accepts(shape, 7, {.outcome = count, .of = of});
  };
  EXPECT_TRUE(says(3)) << "operation 7 is the third of replica 1";
  EXPECT_FALSE(says(4)) << "one of them counted twice";
  EXPECT_FALSE(says(2)) << "one of them is missing";
  EXPECT_FALSE(says(3, Answer::itself)) << "there is no payload";
}

// ---- stories ------------------------------------------------------------------------------------------------------------

TEST(OperationCounter, TellsTheStoryOfTwoIncrementsAtOnce) {
  Counters cluster(counter_shape(3), {}, 2);
  cluster.propose(0);
  cluster.propose(1);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  +1 of 0\n"
            "   0  0 → 2  +1 of 0\n"
            "   0  1 → 2  +1 of 1\n"
            "   0  1 → 0  +1 of 1\n");
  EXPECT_EQ(applied(cluster), Values({2, 2, 2}));
}

TEST(OperationCounter, TellsTheStoryOfALostIncrement) {
  for (const std::int64_t resend_us : {0, 1}) {
    Counters cluster(counter_shape(3, {{"proposers", 1}, {"resend_us", resend_us}}), {}, 1);
    cluster.propose_without(0, 2);
    EXPECT_EQ(applied(cluster), resend_us > 0 ? Values({1, 1, 1}) : Values({1, 1, 0}));
    if (resend_us == 0) continue;
    EXPECT_EQ(cluster.conversation(),
              "   0  0 → 1  +1 of 0\n"
              "   0  0 → 2  +1 of 0  (cut off)\n"
              "   1  1 → 0  acknowledge 0\n"
              "1000  0 → 2  +1 of 0 again\n"  // to no other
              "1001  2 → 0  acknowledge 0\n");
  }
}

TEST(OperationCounter, TellsTheStoryOfALostAcknowledgementThatCountsTwice) {
  Counters cluster(counter_shape(3, {{"proposers", 1}, {"resend_us", 1}}), {}, 1);
  cluster.propose_without(2, 0);
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  +1 of 0\n"
            "   0  0 → 2  +1 of 0\n"
            "   1  1 → 0  acknowledge 0\n"
            "   1  2 → 0  acknowledge 0  (cut off)\n"
            "1000  0 → 2  +1 of 0 again\n"
            "1001  2 → 0  acknowledge 0\n");
  EXPECT_EQ(applied(cluster), Values({1, 1, 2}));
}

TEST(OperationCounter, CountsAtHomeAndTellsLaterWhatTheWindowDoesNotAdmit) {
  Counters cluster(counter_shape(2, {{"proposers", 1}, {"resend_us", 1}, {"keep", 2}}), {}, 4);
  for (Operation k = 0; k < 4; ++k) cluster.propose(k);
  EXPECT_EQ(applied(cluster), Values({4, 0}));
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  +1 of 0\n"
            "   0  0 → 1  +1 of 1\n"
            "   1  1 → 0  acknowledge 0\n"
            "   1  1 → 0  acknowledge 1\n"
            "   2  0 → 1  +1 of 2\n"
            "   2  0 → 1  +1 of 3\n"
            "   3  1 → 0  acknowledge 2\n"
            "   3  1 → 0  acknowledge 3\n");
  EXPECT_EQ(cluster.history().deepest(OperationCounter::known), 1) << "waiting is no delay";
}

TEST(OperationCounter, TellsAWholeWindowInOneStepWithinItsBounds) {
  const Shape shape = counter_shape(64, {{"proposers", 1}, {"resend_us", 1}, {"keep", 8}});
  Counters cluster(shape, {}, 100);
  for (Rank rank = 1; rank < 64; ++rank) cluster.cut(0, rank);
  for (Operation k = 0; k < 100; ++k) cluster.propose(k);
  cluster.run_until(500);
  cluster.mend();
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(applied(cluster), Values(64, 100));
  EXPECT_EQ(bounds_of<OperationCounter>(shape, 0).sends, 8U * 63 + 1);
}

TEST(OperationCounter, AloneItSendsNothing) {
  const auto cluster = update_all<Safety>(counter_shape(1, {{"resend_us", 1}}), 3);
  EXPECT_EQ(cluster->traffic().messages_sent, 0);
  EXPECT_EQ(applied(*cluster), Values({3}));
}

TEST(OperationCounter, SaysWhatItDoesUnderLoss) {
  Shape shape = counter_shape(5);
  EXPECT_EQ(OperationCounter::applications(shape), 5) << "without loss each replica applies an increment once";
  EXPECT_EQ(OperationCounter::silence(shape).first, 0);
  shape.loss.lost = 0.1;
  EXPECT_EQ(OperationCounter::under_loss(shape), UnderLoss::errs);
  EXPECT_GT(OperationCounter::silence(shape).first, 0) << "an increment may never be known";
  EXPECT_EQ(OperationCounter::unfit(shape), "");
  shape.in_flight = 2;
  EXPECT_NE(OperationCounter::unfit(shape), "");
}

}  // namespace
}  // namespace coordbench::testing::operation_counter_test
