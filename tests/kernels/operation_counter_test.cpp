#include "kernels/operation_counter.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "tests/safety/operation_counter/safety.hpp"
#include "tests/safety/subject_entry.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::operation_counter_test {
namespace {

using operation_counter::Safety;
using Settings = std::vector<std::pair<std::string_view, std::int64_t>>;

Shape counter_shape(int ranks, const Settings& set = {}) { return shape_of<OperationCounter>(ranks, 0, set); }

/// A cluster that is held against the invariants and remembers everything; a violation is an exception with its sentence.
class Counters : public Cluster<OperationCounter, Watch<Safety>> {
 public:
  explicit Counters(const Shape& shape, const Faults& faults = {}, std::int64_t operations = 64)
      : Cluster(shape, faults, operations, Watch<Safety>({.shape = shape, .faults = faults, .operations = operations}, true)) {}
  [[nodiscard]] const History<OperationCounter>& history() const { return *observer().history(); }
  [[nodiscard]] std::string conversation() const { return history().conversation(Safety::describe); }
  [[nodiscard]] std::int64_t counted() const { return traffic().messages_sent - traffic().background_messages; }
  [[nodiscard]] std::vector<std::int64_t> values() const {
    std::vector<std::int64_t> values;
    for (Rank rank = 0; rank < size(); ++rank) values.push_back(machine(rank).applied());
    return values;
  }
  void expect_end() { EXPECT_NO_THROW(observer().finished(*this)) << conversation(); }
};

using Values = std::vector<std::int64_t>;

/// Each replica that may count does so `turns` times, one operation at a time.
std::unique_ptr<Counters> count_up(const Shape& shape, int turns = 2) {
  const std::int64_t operations = std::int64_t{turns} * proposers_of<OperationCounter>(shape);
  auto cluster = std::make_unique<Counters>(shape, Faults{.fifo = true}, operations);
  for (Operation k = 0; k < operations; ++k) {
    cluster->propose(k);
    cluster->run();
  }
  cluster->expect_end();
  return cluster;
}

/// Every mark came where it should, once, and so deep as the closed form says.
void expect_declared_marks(const Counters& cluster, const Shape& shape) {
  std::int64_t due = 0;
  for (const auto& [at, rank, operation, mark, depth] : cluster.history().reached) {
    EXPECT_TRUE(reaches<OperationCounter>(shape, mark, rank, operation)) << "rank " << rank << ", mark " << mark;
    EXPECT_EQ(depth, rank == proposer_of<OperationCounter>(shape, operation) ? 0 : 1) << "N = " << shape.ranks;
  }
  for (Operation k = 0; k < cluster.proposed(); ++k)
    for (Rank rank = 0; rank < shape.ranks; ++rank)
      for (int mark = 0; mark < 2; ++mark) due += reaches<OperationCounter>(shape, mark, rank, k) ? 1 : 0;
  EXPECT_EQ(static_cast<std::int64_t>(cluster.history().reached.size()), due) << "N = " << shape.ranks;
  for (const auto& answered : cluster.history().answered) EXPECT_TRUE(answered.is_accepted) << answered.outcome;
}

void expect_declared_costs(const Shape& shape) {
  const auto cluster = count_up(shape);
  const Cost cost = cost_of<OperationCounter>(shape, {.first = 0, .count = cluster->proposed()});
  EXPECT_EQ(Range(cluster->counted()), cost.messages) << "N = " << shape.ranks;
  for (const int mark : {OperationCounter::counted, OperationCounter::known})
    EXPECT_EQ(Range(cluster->history().deepest(mark)), cost.delays[static_cast<std::size_t>(mark)]) << "N = " << shape.ranks;
  EXPECT_EQ(cluster->values(), Values(static_cast<std::size_t>(shape.ranks), cluster->proposed()));
  expect_declared_marks(*cluster, shape);
}

TEST(OperationCounter, CostsWhatItDeclaresForEveryNAndProposers) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t proposers : {1, 2, 0})
      for (const std::int64_t resend_us : {0, 1})
        if (proposers <= ranks)
          expect_declared_costs(counter_shape(ranks, {{"proposers", proposers}, {"resend_us", resend_us}, {"keep", 1}}));
}

TEST(OperationCounter, CostsByHandAtFiveRanks) {
  const auto cluster = count_up(counter_shape(5), 1);
  EXPECT_EQ(cluster->traffic().messages_sent, 5 * 4);
  EXPECT_EQ(cluster->traffic().background_messages, 0);
  const std::int64_t header = sizeof(OperationCounter::Message) + sizeof(Depth);
  EXPECT_EQ(cluster->traffic().bytes_sent, 5 * 4 * header);
  EXPECT_EQ(cluster->values(), Values(5, 5));
}

TEST(OperationCounter, AcknowledgesInTheBackground) {
  const auto cluster = count_up(counter_shape(5, {{"resend_us", 1}}), 1);
  EXPECT_EQ(cluster->counted(), 5 * 4);
  EXPECT_EQ(cluster->traffic().background_messages, 5 * 4) << "an acknowledgement each, and nothing twice";
}

TEST(OperationCounter, RefusesMoreProposersThanRanks) {
  EXPECT_EQ(OperationCounter::unfit(counter_shape(3, {{"proposers", 3}})), "");
  EXPECT_NE(OperationCounter::unfit(counter_shape(3, {{"proposers", 4}})), "");
}

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
  EXPECT_EQ(cluster.values(), Values({2, 2, 2}));
}

TEST(OperationCounter, TellsTheStoryOfALostIncrement) {
  for (const std::int64_t resend_us : {0, 1}) {
    Counters cluster(counter_shape(3, {{"proposers", 1}, {"resend_us", resend_us}}), {}, 1);
    cluster.cut(0, 2);
    cluster.propose(0);
    cluster.run_until(500);
    cluster.mend();
    cluster.run();
    cluster.expect_end();
    EXPECT_EQ(cluster.values(), resend_us > 0 ? Values({1, 1, 1}) : Values({1, 1, 0}));
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
  cluster.cut(2, 0);
  cluster.propose(0);
  cluster.run_until(500);
  cluster.mend();
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  +1 of 0\n"
            "   0  0 → 2  +1 of 0\n"
            "   1  1 → 0  acknowledge 0\n"
            "   1  2 → 0  acknowledge 0  (cut off)\n"
            "1000  0 → 2  +1 of 0 again\n"
            "1001  2 → 0  acknowledge 0\n");
  EXPECT_EQ(cluster.values(), Values({1, 1, 2}));
}

TEST(OperationCounter, CountsAtHomeAndTellsLaterWhatTheWindowDoesNotAdmit) {
  Counters cluster(counter_shape(2, {{"proposers", 1}, {"resend_us", 1}, {"keep", 2}}), {}, 4);
  for (Operation k = 0; k < 4; ++k) cluster.propose(k);
  EXPECT_EQ(cluster.values(), Values({4, 0}));
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
  EXPECT_EQ(cluster.values(), Values(64, 100));
  EXPECT_EQ(bounds_of<OperationCounter>(shape, 0).sends, 8U * 63 + 1);
}

TEST(OperationCounter, AloneItSendsNothing) {
  const auto cluster = count_up(counter_shape(1, {{"resend_us", 1}}), 3);
  EXPECT_EQ(cluster->traffic().messages_sent, 0);
  EXPECT_EQ(cluster->values(), Values({3}));
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
