#include "harness/measure/recorder.hpp"

#include <gtest/gtest.h>

namespace coordbench::testing::recorder_test {
namespace {

using Times = std::vector<Time>;

std::int64_t depths(std::int64_t first, std::int64_t last) {
  Depths depths;
  depths.deepen(0, first);
  depths.deepen(1, last);
  return static_cast<std::int64_t>(depths);
}

TEST(Recorder, PacksColumnsOfOneBlockInstantsFirst) {
  Recorder recorder(4, 2);
  for (const Operation k : {1, 2}) {
    recorder.start(k, 10 * k);
    recorder.slack(k, 7);
    recorder.mark(k, 0, 10 * k + 1, 2);
    recorder.mark(k, 1, 10 * k + 3, 4);
  }
  EXPECT_EQ(recorder.packed({1, 2}), (Times{10, 20, 13, 23, 11, 21, 7, 7, depths(2, 4), depths(2, 4)}));
  EXPECT_EQ(recorder.instants(), 3U) << "start, end and the first mark";
  EXPECT_EQ(recorder.columns(), 5U) << "and slack and depths";
}

TEST(Recorder, PacksWhatDidNotHappenAsSuch) {
  const Recorder recorder(2, 2);
  EXPECT_EQ(recorder.packed({1, 1}), (Times{-1, -1, -1, kNever, depths(-1, -1)}));
}

TEST(Recorder, PacksWhoseValueWasReadWhereAnswersAreReads) {
  Recorder recorder(2, 1, /*reads=*/true);
  recorder.answered_with(1, 0);
  EXPECT_EQ(recorder.columns(), 5U);
  const Times packed = recorder.packed({0, 2});
  ASSERT_EQ(packed.size(), 10U);
  EXPECT_EQ(packed[8], Samples::kNoAnswer);
  EXPECT_EQ(packed[9], 0);
}

TEST(Recorder, HasNoMarksAndNoDepthsOfCollectives) {
  Recorder recorder(1, 0);
  recorder.start(0, 3);
  recorder.end(0, 5);
  EXPECT_EQ(recorder.packed({0, 1}), (Times{3, 5, kNever}));
}

TEST(Recorder, TheLastMarkIsTheEnd) {
  Recorder recorder(1, 2);
  recorder.mark(0, 0, 5, 1);
  EXPECT_TRUE(recorder.has(0, 0));
  EXPECT_FALSE(recorder.has(0, 1));
  EXPECT_FALSE(recorder.ended(0));
  recorder.mark(0, 1, 6, 1);
  EXPECT_TRUE(recorder.has(0, 1));
  EXPECT_TRUE(recorder.ended(0));
}

/// Of two marks and three operations: rank 0 has the first mark of all, and the last of the even ones.
bool is_due(int mark, Operation k) { return mark == 0 || k % 2 == 0; }

TEST(Recorder, FindsNoFaultWithMarksThatCameWhereTheyAreDue) {
  Recorder recorder(3, 2);
  for (Operation k = 0; k < 3; ++k)
    for (const int mark : {0, 1})
      if (is_due(mark, k)) recorder.mark(k, mark, 1, 0);
  recorder.check_marks({0, 2}, is_due);
  recorder.check_marks({2, 1}, is_due);
  EXPECT_EQ(recorder.marks_due(), 5);
  EXPECT_EQ(recorder.marks_came(), 5);
  EXPECT_EQ(recorder.misplaced_marks(), 0);
  EXPECT_EQ(recorder.first_misplaced().operation, -1);
}

TEST(Recorder, FindsTheMarkThatIsMissing) {
  Recorder recorder(3, 2);
  for (Operation k = 0; k < 3; ++k) recorder.mark(k, 0, 1, 0);
  recorder.mark(0, 1, 1, 0);
  recorder.check_marks({0, 3}, is_due);
  EXPECT_EQ(recorder.marks_due(), 5);
  EXPECT_EQ(recorder.marks_came(), 4);
  EXPECT_EQ(recorder.misplaced_marks(), 1);
  EXPECT_EQ(recorder.first_misplaced().operation, 2);
  EXPECT_EQ(recorder.first_misplaced().mark, 1);
}

TEST(Recorder, FindsTheMarkWhereNoneIsDue) {
  Recorder recorder(3, 2);
  for (Operation k = 0; k < 3; ++k)
    for (const int mark : {0, 1}) recorder.mark(k, mark, 1, 0);
  recorder.check_marks({0, 3}, is_due);
  EXPECT_EQ(recorder.marks_due(), 5);
  EXPECT_EQ(recorder.marks_came(), 5);
  EXPECT_EQ(recorder.misplaced_marks(), 1);
  EXPECT_EQ(recorder.first_misplaced().operation, 1);
  EXPECT_EQ(recorder.first_misplaced().mark, 1);
}

TEST(Recorder, LooksOnlyAtTheBlockThatIsOver) {
  Recorder recorder(3, 2);
  recorder.mark(0, 0, 1, 0);
  recorder.mark(0, 1, 1, 0);
  recorder.check_marks({0, 1}, is_due);
  EXPECT_EQ(recorder.marks_due(), 2);
  EXPECT_EQ(recorder.misplaced_marks(), 0);
}

TEST(Recorder, CountsChecksAndTheFirstThatFailed) {
  Recorder recorder(3, 1);
  for (int checks = 0; checks < 3; ++checks) recorder.checked();
  recorder.wrong(2);
  recorder.wrong(1);
  EXPECT_EQ(recorder.answers(), 3);
  EXPECT_EQ(recorder.wrong_answers(), 2);
  EXPECT_EQ(recorder.first_wrong(), 2);
}

}  // namespace
}  // namespace coordbench::testing::recorder_test
