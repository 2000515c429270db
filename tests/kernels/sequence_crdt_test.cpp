#include "kernels/sequence_crdt.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/replicas.hpp"
#include "tests/safety/sequence_crdt/safety.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing::sequence_crdt_test {
namespace {

using replicas::update_all;
using sequence_crdt::Safety, sequence_crdt::Shown, sequence_crdt::shown_by;
using Texts = Watched<Safety>;

Shape text_shape(int ranks, const Settings& set = {}) { return shape_of<SequenceCrdt>(ranks, 0, set); }

/// The first operations insert (true) and delete (false) in this order.
Shape scripted(int ranks, const std::vector<bool>& script, const Settings& set = {}) {
  return replicas::scripted<SequenceCrdt>(text_shape(ranks, set), script);
}

TEST(SequenceCrdt, CostsWhatItDeclaresForEveryNAndEditors) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t proposers : {1, 2, 0})
      if (proposers <= ranks && (proposers > 0 || ranks <= 12 || ranks == 64))
        replicas::expect_declared_costs<Safety>(
            text_shape(ranks, {{"proposers", proposers}, {"keep", ranks < 12 ? 4 : 64}, {"length", 8}}));
}

TEST(SequenceCrdt, CostsByHandAtFiveRanks) {
  const auto cluster = update_all<Safety>(text_shape(5), 1);
  EXPECT_EQ(cluster->traffic().messages_sent, 5 * 4);
  EXPECT_EQ(cluster->traffic().background_messages, 0) << "reports come every 16 clocks";
  EXPECT_EQ(cluster->traffic().bytes_sent(), 5 * 4 * (36 + static_cast<std::int64_t>(sizeof(Depth))));
  EXPECT_EQ(update_all<Safety>(text_shape(5, {{"resend_us", 1}}), 1)->traffic().background_messages, 5 * 4)
      << "an acknowledgement each";
}

TEST(SequenceCrdt, ReportsEveryQuarterOfKeep) {
  const auto cluster = update_all<Safety>(text_shape(5, {{"proposers", 1}, {"keep", 16}}), 16);
  EXPECT_EQ(cluster->counted(), 16 * 4);
  EXPECT_EQ(cluster->traffic().background_messages, 4 * 4 * 4) << "four readers, every four clocks, each to four others";
}

/// An edit may come before its anchor.
TEST(SequenceCrdt, CostsTheSameWhateverOthersDoMeanwhile) {
  replicas::expect_costs_whatever_others_do<Safety>([](std::uint64_t) { return text_shape(5, {{"length", 6}}); });
}

TEST(SequenceCrdt, RefusesMoreProposersThanRanks) { replicas::expect_no_more_proposers_than_ranks<SequenceCrdt>(); }

TEST(SequenceCrdt, AcceptsACountThatIncludesTheOperationAndTheCharacterWhereItCanOnlyBeSo) {
  const Shape shape = scripted(3, {true, true, false, true});
  const auto says = [&](std::int64_t count, bool own, bool there, Operation k = 3) {
    const std::int64_t outcome = 4 * count + (own ? 2 : 0) + (there ? 1 : 0);
    return SequenceCrdt::accepts(shape, k, {.outcome = outcome, .of = Answer::nothing});
  };
  EXPECT_TRUE(says(2, true, true)) << "operation 3 is the second of editor 0, and inserts";
  EXPECT_FALSE(says(2, true, false)) << "its character cannot be seen";
  EXPECT_TRUE(says(2, false, false)) << "elsewhere another may have deleted it";
  EXPECT_TRUE(says(3, true, false)) << "the editor itself may have deleted it since";
  EXPECT_FALSE(says(1, true, true));
  EXPECT_TRUE(says(1, true, false, 2)) << "operation 2 is the first of editor 2, and deletes";
  EXPECT_FALSE(says(1, true, true, 2)) << "a deletion has no character";
  EXPECT_FALSE(SequenceCrdt::accepts(shape, 3, {.outcome = 11})) << "there is no payload";
}

TEST(SequenceCrdt, TellsTheStoryOfTwoWhoWriteAtTheSamePlace) {
  Texts cluster(scripted(3, {true, true, true}), {}, 3);
  cluster.propose(0);
  cluster.propose(1);
  cluster.run();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  insert 1 of 0 behind the beginning\n"
            "   0  0 → 2  insert 1 of 0 behind the beginning\n"
            "   0  1 → 2  insert 1 of 1 behind the beginning\n"
            "   0  1 → 0  insert 1 of 1 behind the beginning\n");
  for (Rank rank = 0; rank < 3; ++rank)
    EXPECT_EQ(shown_by(cluster.machine(rank)), Shown({1, 0})) << "of two of one clock, the higher rank's is the newer";
}

TEST(SequenceCrdt, TellsTheStoryOfAnEditThatComesBeforeItsAnchor) {
  Texts cluster(scripted(3, {true, false}, {{"resend_us", 1}}), {}, 2);
  cluster.cut(0, 2);
  cluster.propose(0);
  cluster.run_until(10);
  cluster.propose(1);  // takes the character of 0
  cluster.run_until(20);
  EXPECT_EQ(cluster.machine(2).edits(1), 0U) << "it waits";
  cluster.mend();
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  insert 1 of 0 behind the beginning\n"
            "   0  0 → 2  insert 1 of 0 behind the beginning  (cut off)\n"
            "   1  1 → 0  acknowledge 1\n"
            "  10  1 → 2  delete of 1, take 1\n"
            "  10  1 → 0  delete of 1, take 1\n"
            "  11  2 → 1  acknowledge 0\n"
            "  11  0 → 1  acknowledge 1\n"
            "1000  0 → 2  insert 1 of 0 behind the beginning again\n"
            "1001  2 → 0  acknowledge 1\n"
            "1010  1 → 2  delete of 1, take 1 again\n"
            "1011  2 → 1  acknowledge 1\n");
  EXPECT_EQ(shown_by(cluster.machine(2)), Shown());
}

/// Nobody repeats a report, so one that comes while an edit of its sender waits is heard once the edit is applied.
TEST(SequenceCrdt, HearsAReportThatCameBeforeItsEdits) {
  using Kind = SequenceCrdt::Kind;
  const Shape shape = text_shape(3);
  SequenceCrdt machine(shape, 2);
  Outbox<SequenceCrdt::Message> out(bounds_of<SequenceCrdt>(shape, 2));
  const auto deliver = [&](Rank from, const SequenceCrdt::Message& message) {
    out.hand(0);
    machine.step(from, message, {}, out);
    out.clear();
  };
  deliver(1, {.first = 1, .count = 1, .kind = Kind::insertion, .number = 1, .clock = 2, .anchor = {1, 0}});
  deliver(1, {.kind = Kind::report, .number = 1, .clock = 4, .level = 3});
  EXPECT_EQ(machine.edits(1), 0U) << "its anchor has not come";
  deliver(0, {.first = 0, .count = 1, .kind = Kind::insertion, .number = 1, .clock = 1});
  EXPECT_EQ(machine.edits(1), 1U);
  deliver(0, {.kind = Kind::report, .number = 1, .clock = 4, .level = 3});
  EXPECT_EQ(machine.stability().everywhere(), 3U);
}

TEST(SequenceCrdt, SendsAgainAfterACrashThatForgotWhoHadAcknowledged) {
  Texts cluster(scripted(3, {true}, {{"proposers", 1}, {"resend_us", 1}}), {}, 1);
  cluster.propose(0);
  cluster.run_until(10);
  cluster.crash(0);
  cluster.restart(0);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.traffic().background_messages, 2 + 2 * 2) << "two acknowledgements; two edits again, and theirs";
}

TEST(SequenceCrdt, AnEditorWaitsForTheSlowestRank) {
  for (const std::int64_t resend_us : {0, 1}) {
    Texts cluster(text_shape(3, {{"keep", 4}, {"proposers", 1}, {"resend_us", resend_us}}), {}, 8);
    cluster.pause(2);
    for (Operation k = 0; k < 8; ++k) cluster.propose(k);
    cluster.run_until(100);
    EXPECT_EQ(cluster.machine(0).edits(0), 4U);
    EXPECT_EQ(cluster.machine(1).edits(0), 4U);
    cluster.resume(2);
    cluster.run();
    cluster.expect_end();
    EXPECT_EQ(cluster.machine(2).edits(0), 8U);
    EXPECT_EQ(cluster.counted(), 8 * 2);
    replicas::expect_declared_marks(cluster);
  }
}

/// What is kept does not grow with what was ever written.
TEST(SequenceCrdt, ForgetsWhatWasDeletedLongAgo) {
  for (const std::int64_t proposers : {1, 3}) {
    constexpr std::int64_t kOperations = 5000;
    const Shape shape = text_shape(3, {{"keep", 8}, {"length", 10}, {"proposers", proposers}});
    Cluster<SequenceCrdt, Unobserved> cluster(shape, {.delay = Faults::Delay::uniform, .delay_most_ns = 50, .fifo = true},
                                              kOperations);
    std::size_t most = 0;
    for (Operation k = 0; k < kOperations; ++k) {
      cluster.propose(k);
      cluster.run_until(cluster.now() + 20);
      for (Rank rank = 0; rank < 3; ++rank) most = std::max(most, cluster.machine(rank).text().characters().size());
    }
    cluster.run();
    EXPECT_LE(most, static_cast<std::size_t>(10 + 8 * proposers * 8));
    EXPECT_GT(most, 10U) << "there are tombstones";
    for (Rank rank = 0; rank < 3; ++rank) {
      EXPECT_EQ(shown_by(cluster.machine(rank)), shown_by(cluster.machine(0)));
      EXPECT_GE(cluster.machine(rank).text().length(), 1);
    }
  }
}

/// Copies that are lost are outside of what the text claims.
TEST(SequenceCrdt, FindsWhatItDoesNotClaim) {
  std::string broken;
  for (std::uint64_t seed = 1; seed <= 1000 && broken.empty(); ++seed) {
    Schedule schedule = draw<Safety>(seed);
    schedule.faults.amnesia = 1;
    const Outcome outcome = run<Safety>(schedule, false);
    broken = outcome.violated.substr(0, outcome.violated.find(':'));
  }
  EXPECT_EQ(broken, "No invention");
}

TEST(SequenceCrdt, SendsWithinItsBounds) {
  const Shape shape = text_shape(64, {{"resend_us", 1}});
  const Bounds bounds = bounds_of<SequenceCrdt>(shape, 0);
  Outbox<SequenceCrdt::Message> out(bounds);
  SequenceCrdt machine(shape, 0);
  for (Operation k = 0; k < 20; ++k) {
    machine.propose(64 * k, {}, out);
    out.clear();
  }
  machine.restart(out);
  machine.step(5, {.kind = SequenceCrdt::Kind::acknowledgement, .number = 18}, {}, out);
  machine.tick(out);
  ASSERT_EQ(out.envelopes().size(), 62U * 8 + 2) << "eight to each at a time, and the two that rank 5 lacks";
  for (const auto& envelope : out.envelopes()) {
    EXPECT_EQ(envelope.message.count, 0);
    EXPECT_EQ(envelope.message.number > 18, envelope.to == 5) << envelope.message.number;
  }
}

TEST(SequenceCrdt, AloneItSendsNothingAndForgetsAtOnce) {
  const auto cluster = update_all<Safety>(text_shape(1, {{"resend_us", 1}, {"length", 4}}), 60);
  EXPECT_EQ(cluster->traffic().messages_sent, 0);
  EXPECT_EQ(cluster->machine(0).edits(0), 60U);
  EXPECT_LE(cluster->machine(0).text().characters().size(), 6U);
}

}  // namespace
}  // namespace coordbench::testing::sequence_crdt_test
