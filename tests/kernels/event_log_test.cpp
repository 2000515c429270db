#include "kernels/event_log.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/replicas.hpp"
#include "tests/safety/event_log/safety.hpp"

namespace coordbench::testing::event_log_test {
namespace {

using event_log::Safety;
using replicas::applied, replicas::Counts, replicas::update_all;
using Logs = Watched<Safety>;
constexpr std::int64_t kBytes = 24;

Shape log_shape(int ranks, const Settings& set = {}) { return shape_of<EventLog>(ranks, kBytes, set); }

TEST(EventLog, CostsWhatItDeclaresForEveryNAndProposers) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t proposers : {1, 2, 0})
      for (const std::int64_t resend_us : {0, 1})
        if (proposers <= ranks)
          replicas::expect_declared_costs<Safety>(
              log_shape(ranks, {{"proposers", proposers}, {"resend_us", resend_us}, {"keep", 1}}));
}

TEST(EventLog, CostsByHandAtFiveRanks) {
  const auto cluster = update_all<Safety>(log_shape(5), 1);
  EXPECT_EQ(cluster->traffic().messages_sent, 5 * 4);
  EXPECT_EQ(cluster->traffic().background_messages, 0);
  const std::int64_t header = sizeof(EventLog::Message) + sizeof(Depth);
  EXPECT_EQ(cluster->traffic().bytes_sent(), 5 * 4 * (header + kBytes));
  EXPECT_EQ(applied(*cluster), Counts(5, 5));
}

TEST(EventLog, AcknowledgesInTheBackground) { replicas::expect_acknowledgements_in_the_background<Safety>(); }
TEST(EventLog, RefusesMoreProposersThanRanks) { replicas::expect_no_more_proposers_than_ranks<EventLog>(); }

TEST(EventLog, AcceptsOnlyTheEventAndItsDigest) {
  const Shape shape = log_shape(3);
  PayloadArena arena(1, kBytes);
  const Payload event = arena.allocate(kBytes);
  Pattern::of(shape.seed, 7, 0).fill(event.bytes());
  const std::uint64_t growth = crdt::Fold::digest(event.bytes());
  const auto digest = static_cast<std::int64_t>(growth), twice = static_cast<std::int64_t>(growth + growth);
  EXPECT_TRUE(EventLog::accepts(shape, 7, {.outcome = digest, .payload = event}));
  EXPECT_TRUE(EventLog::accepts(shape, 7, {.outcome = digest, .payload = event, .of = 7}));
  EXPECT_FALSE(EventLog::accepts(shape, 7, {.outcome = 0, .payload = event})) << "the fold has not grown";
  EXPECT_FALSE(EventLog::accepts(shape, 7, {.outcome = twice, .payload = event})) << "it was folded twice";
  EXPECT_FALSE(EventLog::accepts(shape, 7, {.outcome = digest, .payload = event, .of = 6})) << "another event";
  EXPECT_FALSE(EventLog::accepts(shape, 7, {.outcome = digest, .payload = event.resized(16)})) << "a part of it";
}

// ---- stories ------------------------------------------------------------------------------------------------------------

TEST(EventLog, FoldsToTheSameInEveryOrder) {
  std::vector<std::uint64_t> folds;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Logs cluster(log_shape(4), {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50}, 8);
    for (Operation k = 0; k < 8; ++k) cluster.propose(k);
    cluster.run();
    cluster.expect_end();
    for (Rank rank = 0; rank < 4; ++rank) folds.push_back(cluster.machine(rank).fold());
  }
  EXPECT_EQ(std::count(folds.begin(), folds.end(), folds.front()), 400);
  EXPECT_NE(folds.front(), 0U);
}

TEST(EventLog, TellsTheStoryOfALostEvent) {
  for (const std::int64_t resend_us : {0, 1}) {
    Logs cluster(log_shape(3, {{"proposers", 1}, {"resend_us", resend_us}}), {}, 1);
    cluster.propose_without(0, 2);
    EXPECT_EQ(applied(cluster), resend_us > 0 ? Counts({1, 1, 1}) : Counts({1, 1, 0}));
    if (resend_us == 0) continue;
    EXPECT_EQ(cluster.conversation(),
              "   0  0 → 1  event 0\n"
              "   0  0 → 2  event 0  (cut off)\n"
              "   1  1 → 0  acknowledge 0\n"
              "1000  0 → 2  event 0 again\n"
              "1001  2 → 0  acknowledge 0\n");
  }
}

TEST(EventLog, TellsTheStoryOfALostAcknowledgementWhichChangesNothing) {
  Logs cluster(log_shape(3, {{"proposers", 1}, {"resend_us", 1}}), {}, 1);
  cluster.propose_without(2, 0);
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  event 0\n"
            "   0  0 → 2  event 0\n"
            "   1  1 → 0  acknowledge 0\n"
            "   1  2 → 0  acknowledge 0  (cut off)\n"
            "1000  0 → 2  event 0 again\n"
            "1001  2 → 0  acknowledge 0\n");
  EXPECT_EQ(applied(cluster), Counts({1, 1, 1})) << "the operation counter counts it twice";
}

TEST(EventLog, AnAppendWaitsWhileTheWindowIsFull) {
  Shape shape = log_shape(2, {{"proposers", 1}, {"resend_us", 1}, {"keep", 2}});
  shape.in_flight = 4;
  Logs cluster(shape, {}, 4);
  for (Operation k = 0; k < 4; ++k) cluster.propose(k);
  EXPECT_EQ(applied(cluster), Counts({2, 0}));
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  event 0\n"
            "   0  0 → 1  event 1\n"
            "   1  1 → 0  acknowledge 0\n"
            "   1  1 → 0  acknowledge 1\n"
            "   2  0 → 1  event 2\n"
            "   2  0 → 1  event 3\n"
            "   3  1 → 0  acknowledge 2\n"
            "   3  1 → 0  acknowledge 3\n");
  EXPECT_EQ(cluster.history().deepest(EventLog::appended), 0) << "waiting is no delay";
  EXPECT_EQ(cluster.history().deepest(EventLog::folded), 1);
}

/// The oldest event is acknowledged last: then all that wait are appended in one step, within its bounds.
TEST(EventLog, AppendsAWholeWindowInOneStep) {
  Shape shape = log_shape(8, {{"proposers", 1}, {"resend_us", 1}, {"keep", 4}});
  shape.in_flight = 8;
  Logs cluster(shape, {}, 8);
  cluster.cut(0, 7);
  cluster.propose(0);
  cluster.mend();
  for (Operation k = 1; k < 8; ++k) cluster.propose(k);
  cluster.run_until(1000);
  EXPECT_EQ(applied(cluster), Counts({4, 4, 4, 4, 4, 4, 4, 3}));
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(applied(cluster), Counts(8, 8));
  EXPECT_EQ(bounds_of<EventLog>(shape, 0).sends, 8U + 1 + 4 * 7);
}

TEST(EventLog, KeepsNoMoreEventsThanItsBounds) {
  Shape shape = log_shape(2, {{"proposers", 1}, {"resend_us", 1}, {"keep", 4}});
  shape.in_flight = 3;
  const Bounds bounds = bounds_of<EventLog>(shape, 0);
  PayloadArena arena(bounds.leases + 1, kBytes);  // before those that hold leases of it
  Outbox<EventLog::Message> out(bounds);
  EventLog machine(shape, 0);
  for (Operation k = 0; k < 100; ++k) {
    Payload event = arena.allocate(kBytes);
    ASSERT_TRUE(event) << "so many events are kept, and one is being asked for";
    machine.propose(k, std::move(event), out);
    for (auto& envelope : out.envelopes()) envelope.payload = {};
    out.clear();
    if (k >= 6) machine.step(1, {.first = static_cast<std::uint32_t>(k - 6), .kind = EventLog::Kind::acknowledgement}, {}, out);
    for (auto& envelope : out.envelopes()) envelope.payload = {};
    out.clear();
  }
  EXPECT_EQ(machine.applied(), 98) << "94 are acknowledged, and 4 more were told";
}

TEST(EventLog, WithoutAcknowledgementsItTakesWhatManyOvertookForAnOldEvent) {
  const Shape shape = log_shape(2, {{"proposers", 1}, {"keep", 4}});
  Outbox<EventLog::Message> out(bounds_of<EventLog>(shape, 1));
  EventLog machine(shape, 1);
  for (const unsigned number : {4U, 1U, 0U}) machine.step(0, {.first = number, .count = 1}, {}, out);
  EXPECT_EQ(machine.applied(), 2) << "4 overtook 1, which is among the newest four, and 0, which is not";
}

TEST(EventLog, AloneItSendsNothing) {
  const auto cluster = update_all<Safety>(log_shape(1, {{"resend_us", 1}}), 3);
  EXPECT_EQ(cluster->traffic().messages_sent, 0);
  EXPECT_EQ(applied(*cluster), Counts({3}));
}

TEST(EventLog, BearsLossIfItSendsAgain) {
  Shape once = log_shape(5), again = log_shape(5, {{"resend_us", 1}});
  for (Shape* shape : {&once, &again}) {
    EXPECT_EQ(EventLog::applications(*shape), 5);
    shape->loss = {.doubled = 0.1};
    EXPECT_EQ(EventLog::under_loss(*shape), UnderLoss::tolerates) << "a duplicate is not folded again";
    shape->loss = {.delay_ns = 100};
  }
  EXPECT_EQ(EventLog::under_loss(once), UnderLoss::stops) << "an event that too many overtake is never folded";
  EXPECT_EQ(EventLog::under_loss(again), UnderLoss::tolerates);
  once.loss = again.loss = {.lost = 0.1};
  EXPECT_EQ(EventLog::under_loss(once), UnderLoss::stops);
  EXPECT_EQ(EventLog::under_loss(again), UnderLoss::tolerates);
}

TEST(EventLog, TakesEventsWithoutBytes) {
  Shape shape = log_shape(3);
  shape.payload_bytes = 0;
  EXPECT_EQ(applied(*update_all<Safety>(shape)), Counts(3, 6));
}

}  // namespace
}  // namespace coordbench::testing::event_log_test
