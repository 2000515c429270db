#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "tests/harness/sound_case.hpp"

namespace coordbench::testing::verdict_test {
namespace {

TEST(Judge, FindsNothingWrongWithASoundCase) { EXPECT_EQ(SoundCase().verdict(), Verdict::ok); }

TEST(Judge, HoldsTheSumOfMessagesAgainstTheClosedForm) {
  SoundCase one_too_many;
  one_too_many.reports[1].traffic.messages_sent = 4;
  EXPECT_EQ(one_too_many.verdict(), Verdict::count_mismatch);
  EXPECT_EQ(one_too_many.result.detail, "7 messages sent, 6 expected");
}

TEST(Judge, LeavesBackgroundMessagesOutOnBothSides) {
  SoundCase heartbeat;
  heartbeat.reports[1].traffic.messages_sent = 4;
  heartbeat.reports[1].traffic.background_messages = 1;
  EXPECT_EQ(heartbeat.verdict(), Verdict::ok) << "a heartbeat that has not arrived yet";
  heartbeat.reports[0].traffic.messages_received = 4;
  heartbeat.reports[0].traffic.background_received = 1;
  EXPECT_EQ(heartbeat.verdict(), Verdict::ok);
}

TEST(Judge, MissesAMessageThatNobodyReceived) {
  SoundCase lost;
  lost.reports[0].traffic.messages_received = 2;
  EXPECT_EQ(lost.verdict(), Verdict::count_mismatch);
  EXPECT_EQ(lost.result.detail, "6 messages sent, 5 received");
}

TEST(Judge, AHeartbeatThatArrivedHidesNoLostMessage) {
  SoundCase lost;
  lost.reports[1].traffic = {.messages_sent = 4, .messages_received = 3, .background_messages = 1};
  lost.reports[0].traffic = {.messages_sent = 3, .messages_received = 3, .background_received = 1};
  EXPECT_EQ(lost.verdict(), Verdict::count_mismatch);
  EXPECT_EQ(lost.result.detail, "6 messages sent, 5 received");
}

/// Timing decides whether an operation takes one message or two, and one delay or two.
struct CaseOfTiming : SoundCase {
  explicit CaseOfTiming(std::int64_t messages, std::int64_t delays = 1) {
    kernel.about.count_rule = CountRule::range;
    kernel.marks = kMarks;
    kernel.cost = [](const Shape&, Operations operations) -> Cost {
      return {.messages = {operations.count, 2 * operations.count}, .delays = {1, Range{1, 2}}};
    };
    reports[0].traffic = {.messages_sent = messages};
    reports[1].traffic = {.messages_received = messages};
    result.samples.depths = {depths(1, 1), depths(1, delays), depths(1, 2)};
  }
};

TEST(Judge, LetsTimingDecideBetweenTwoClosedFormsAndNotBeyond) {
  EXPECT_EQ(CaseOfTiming(3).verdict(), Verdict::ok);
  EXPECT_EQ(CaseOfTiming(6, 2).verdict(), Verdict::ok);
  for (const std::int64_t messages : {2, 7}) {
    CaseOfTiming outside(messages);
    EXPECT_EQ(outside.verdict(), Verdict::count_mismatch);
    EXPECT_EQ(outside.result.detail, fmt::format("{} messages sent, 3 to 6 expected", messages));
  }
  for (const std::int64_t delays : {0, 3}) {
    CaseOfTiming outside(4, delays);
    EXPECT_EQ(outside.verdict(), Verdict::count_mismatch);
    EXPECT_EQ(outside.result.detail, fmt::format("operation 1: {} delays at the mark ended, 1 to 2 expected", delays));
  }
}

TEST(Judge, NotesBothClosedFormsWhereTimingDecides) {
  CaseOfTiming sound(5);
  EXPECT_EQ(sound.verdict(), Verdict::ok);
  EXPECT_EQ(sound.result.expected_messages_per_operation, 1);
  EXPECT_EQ(sound.result.expected_messages_most_per_operation, 2);
  EXPECT_EQ(sound.result.delays, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(sound.result.expected_delays, (std::vector<std::int64_t>{1, 1}));
  EXPECT_EQ(sound.result.expected_delays_most, (std::vector<std::int64_t>{1, 2}));
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

/// The second of three operations is its proposer's own, which takes a delay less.
struct CaseOfDelays : SoundCase {
  CaseOfDelays() {
    kernel.marks = kMarks;
    kernel.cost = [](const Shape&, Operations operations) -> Cost {
      Cost cost{.messages = 2 * operations.count};
      for (Operation k = operations.first; k < operations.first + operations.count; ++k)
        cost += {.delays = {k == 1 ? 1 : 2, k == 1 ? -1 : 4}};
      return cost;
    };
    result.samples.depths = {depths(2, 4), depths(1, -1), depths(2, 4)};
  }
};

TEST(Judge, HoldsTheDelaysOfEveryOperationAgainstItsOwnClosedForm) {
  EXPECT_EQ(CaseOfDelays().verdict(), Verdict::ok);
  const std::array<std::pair<Depths, std::string>, 4> wrong{{
      {depths(2, -1), "2 delays at the mark decided, 1 expected"},  // as deep as its neighbours
      {depths(0, -1), "0 delays at the mark decided, 1 expected"},
      {depths(-1, -1), "-1 delays at the mark decided, 1 expected"},
      {depths(1, 4), "4 delays at the mark ended, -1 expected"},
  }};
  for (const auto& [deep, detail] : wrong) {
    CaseOfDelays one_of_three;
    one_of_three.result.samples.depths[1] = deep;
    EXPECT_EQ(one_of_three.verdict(), Verdict::count_mismatch);
    EXPECT_EQ(one_of_three.result.detail, fmt::format("operation 1: {}", detail));
  }
}

TEST(Judge, NotesTheDeepestOfAllOperations) {
  CaseOfDelays sound;
  sound.verdict();
  EXPECT_EQ(sound.result.delays, (std::vector<std::int64_t>{2, 4}));
  EXPECT_EQ(sound.result.expected_delays, (std::vector<std::int64_t>{2, 4}));
}

TEST(Judge, SeesAMarkThatIsMissingOrNotDue) {
  SoundCase misplaced;
  misplaced.kernel.marks = kMarks;
  misplaced.reports[1].misplaced_marks = 2;
  misplaced.reports[1].first_misplaced = 2;
  misplaced.reports[1].misplaced_mark = 1;
  EXPECT_EQ(misplaced.verdict(), Verdict::count_mismatch);
  EXPECT_EQ(misplaced.result.detail, "rank 1: 2 marks missing or not due there, first ended of operation 2");
  misplaced.kernel.about.count_rule = CountRule::expected;
  EXPECT_EQ(misplaced.verdict(), Verdict::ok) << "coverage tells how many came";
}

TEST(Judge, CoverageIsTheShareOfTheMarksThatWereDue) {
  SoundCase half;
  half.reports[0].marks_due = 3;
  half.reports[0].marks_came = 3;
  half.reports[1].marks_due = 5;
  half.reports[1].marks_came = 1;
  half.verdict();
  EXPECT_EQ(half.result.coverage, 0.5);
  SoundCase collective;
  collective.verdict();
  EXPECT_TRUE(std::isnan(collective.result.coverage));
}

TEST(Judge, AsksNothingOfCountsWhereNoFormIsKnown) {
  SoundCase native;
  native.kernel.about.count_rule = CountRule::none;
  native.reports[0].traffic.messages_sent = 99;
  EXPECT_EQ(native.verdict(), Verdict::ok);
  EXPECT_TRUE(std::isnan(native.result.expected_messages_per_operation));
}

TEST(Judge, TellsWhoseAnswersAreWrongOrMissing) {
  SoundCase wrong;
  wrong.reports[1].wrong_answers = 2;
  EXPECT_EQ(wrong.verdict(), Verdict::wrong_answer);
  EXPECT_EQ(wrong.result.detail, "rank 1: 2 answers of 3 operations wrong or missing") << "all are missing";
  wrong.reports[1].first_wrong = 1;
  wrong.verdict();
  EXPECT_EQ(wrong.result.detail, "rank 1: 2 answers of 3 operations wrong or missing, first operation 1");
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

TEST(Judge, PutsARankThatFailedAboveAllElse) {
  SoundCase failed;
  failed.reports[0].wrong_answers = 1;
  failed.reports[0].status = CaseReport::Status::timed_out;
  std::strcpy(failed.reports[0].text.data(), "waiting for an operation to end");
  failed.reports[1].status = CaseReport::Status::failed;
  std::strcpy(failed.reports[1].text.data(), "a machine completed mark 7");
  EXPECT_EQ(failed.verdict(), Verdict::failed);
  EXPECT_EQ(failed.result.detail, "rank 1 failed: a machine completed mark 7");
}

TEST(Judge, AsksNothingMoreOfRanksThatGaveUpBecauseAnotherHadFailed) {
  SoundCase failed;
  failed.reports[0].status = CaseReport::Status::abandoned;
  std::strcpy(failed.reports[0].text.data(), "rank 1 had failed");
  failed.reports[1].status = CaseReport::Status::failed;
  std::strcpy(failed.reports[1].text.data(), "the outbox is full");
  EXPECT_EQ(failed.verdict(), Verdict::failed);
  EXPECT_EQ(failed.result.detail, "rank 1 failed: the outbox is full");
}

TEST(Judge, ARankThatGaveUpIsNotOkEvenWhereTheOneThatFailedIsSilent) {
  SoundCase abandoned;
  abandoned.reports[0].status = CaseReport::Status::abandoned;
  std::strcpy(abandoned.reports[0].text.data(), "rank 1 had failed");
  EXPECT_EQ(abandoned.verdict(), Verdict::failed);
  EXPECT_EQ(abandoned.result.detail, "rank 0 gave up: rank 1 had failed");
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

}  // namespace
}  // namespace coordbench::testing::verdict_test
