#include "harness/measure/verdict.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "harness/kernel.hpp"

namespace coordbench::testing {
namespace {

constexpr std::array kMarks{Mark{.name = "decided"}, Mark{.name = "ended"}};

/// Two ranks, three operations, two messages each: a case in which nothing is wrong.
struct SoundCase {
  SoundCase() {
    kernel.name = "sound";
    kernel.messages = [](const Shape&, std::int64_t operations) { return 2.0 * static_cast<double>(operations); };
    kernel.delays = [](const Shape&, int mark) { return 2 + 2 * mark; };
    planned.kernel = &kernel;
    planned.shape.ranks = 2;
    result.planned = &planned;
    result.samples = {.operations = 3,
                      .ranks = 2,
                      .marks = 0,
                      .start_ns = {0, 1, 10, 11, 20, 21},
                      .end_ns = {5, 6, 15, 16, 25, 26},
                      .mark_ns = {},
                      .start_slack_ns = {}};
    result.block_ends = {1, 3};
    for (CaseReport& report : reports) report.traffic = {.messages_sent = 3, .messages_received = 3};
  }
  Verdict verdict() {
    judge(result, reports);
    return result.verdict;
  }
  Kernel kernel;
  Case planned;
  CaseResult result;
  std::array<CaseReport, 2> reports{};
};

TEST(Judge, FindsNothingWrongWithASoundCase) { EXPECT_EQ(SoundCase().verdict(), Verdict::ok); }

TEST(Judge, HoldsTheSumOfMessagesAgainstTheClosedForm) {
  SoundCase one_too_many;
  one_too_many.reports[1].traffic.messages_sent = 4;
  EXPECT_EQ(one_too_many.verdict(), Verdict::count_mismatch);
  EXPECT_EQ(one_too_many.result.detail, "7 messages sent, 6 expected");
}

TEST(Judge, LeavesBackgroundMessagesOut) {
  SoundCase heartbeat;
  heartbeat.reports[1].traffic.messages_sent = 4;
  heartbeat.reports[1].traffic.background_messages = 1;
  EXPECT_EQ(heartbeat.verdict(), Verdict::ok);
}

TEST(Judge, MissesAMessageThatNobodyReceived) {
  SoundCase lost;
  lost.reports[0].traffic.messages_received = 2;
  EXPECT_EQ(lost.verdict(), Verdict::count_mismatch);
}

/// Every operation crosses from one node to another once.
struct CaseOfTwoNodes : SoundCase {
  explicit CaseOfTwoNodes(std::int64_t crossings) {
    kernel.messages_between_nodes = [](const Shape& shape) { return std::int64_t{shape.ranks} - 1; };
    reports[0].traffic.messages_between_nodes = crossings;
  }
};

TEST(Judge, HoldsMessagesBetweenNodesAgainstTheirClosedForm) {
  CaseOfTwoNodes sound(3), chatty(4);
  EXPECT_EQ(sound.verdict(), Verdict::ok);
  EXPECT_EQ(sound.result.expected_messages_between_nodes_per_operation, 1);
  EXPECT_EQ(chatty.verdict(), Verdict::count_mismatch);
  EXPECT_EQ(chatty.result.detail, "4 messages sent between nodes, 3 expected");
  SoundCase uncounted;
  EXPECT_EQ(uncounted.verdict(), Verdict::ok);
  EXPECT_TRUE(std::isnan(uncounted.result.expected_messages_between_nodes_per_operation));
}

TEST(Judge, HoldsDelaysAgainstTheDeclaredOnes) {
  SoundCase deep;
  deep.kernel.marks = kMarks;
  deep.reports[0].deepest = {2, 4, -1, -1};
  EXPECT_EQ(deep.verdict(), Verdict::ok);
  SoundCase deeper;
  deeper.kernel.marks = kMarks;
  deeper.reports[0].deepest = {2, 5, -1, -1};
  EXPECT_EQ(deeper.verdict(), Verdict::count_mismatch);
}

TEST(Judge, AsksNothingOfCountsWhereNoFormIsKnown) {
  SoundCase native;
  native.kernel.about.count_rule = CountRule::none;
  native.reports[0].traffic.messages_sent = 99;
  EXPECT_EQ(native.verdict(), Verdict::ok);
  EXPECT_TRUE(std::isnan(native.result.expected_messages_per_operation));
}

TEST(Judge, PutsTimeOutsAboveWrongAnswersAboveCounts) {
  SoundCase all_wrong;
  all_wrong.reports[0].traffic.messages_sent = 99;
  all_wrong.reports[1].wrong_answers = 1;
  EXPECT_EQ(all_wrong.verdict(), Verdict::wrong_answer);
  SoundCase stuck;
  stuck.reports[0].wrong_answers = 1;
  stuck.reports[1].status = CaseReport::Status::timed_out;
  std::strcpy(stuck.reports[1].text.data(), "waiting for a message of rank 0");
  EXPECT_EQ(stuck.verdict(), Verdict::timed_out);
  EXPECT_EQ(stuck.result.detail, "rank 1 waiting for a message of rank 0");
}

TEST(Judge, SeesARankLeaveABarrierEarly) {
  SoundCase barrier;
  barrier.kernel.about.latency = Latency::barrier;
  EXPECT_EQ(barrier.verdict(), Verdict::ok);
  SoundCase leaky;
  leaky.kernel.about.latency = Latency::barrier;
  leaky.result.samples.end_ns[2] = 10;  // rank 0 leaves operation 1 at 10, rank 1 comes at 11
  EXPECT_EQ(leaky.verdict(), Verdict::wrong_answer);
}

TEST(FlagsOf, RaisesEachFlagForItsReasonOnly) {
  SoundCase plain;
  plain.result.latency.p50 = 1000;
  plain.result.samples.operations = 1000;
  EXPECT_EQ(flags_of(plain.result, {}), 0U);
  EXPECT_EQ(flags_of(plain.result, {.oversubscribed = true}), bit(Flag::oversubscribed));
  EXPECT_EQ(flags_of(plain.result, {.clock_error_ns = 501}), bit(Flag::clock_bound));
  EXPECT_EQ(flags_of(plain.result, {.timer_overhead_ns = 201}), bit(Flag::timer_overhead));
  EXPECT_EQ(flags_of(plain.result, {.stolen = true}), bit(Flag::steal));
  EXPECT_EQ(flags_of(plain.result, {.switched = true}), bit(Flag::involuntary_switches));
  plain.result.samples.operations = 999;
  EXPECT_EQ(flags_of(plain.result, {}), bit(Flag::few_samples));
  plain.result.samples.operations = 1000;
  plain.result.samples.start_slack_ns = {5, 5, 5, 5, 5, 5, 5, 5, -1, -1};
  EXPECT_EQ(flags_of(plain.result, {}), bit(Flag::late_starts));
  plain.result.samples.start_slack_ns.push_back(5);
  plain.result.samples.start_slack_ns[8] = 5;
  EXPECT_EQ(flags_of(plain.result, {}), 0U);
}

}  // namespace
}  // namespace coordbench::testing
