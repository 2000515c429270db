// What a verdict says of reads: whose value each returned, held against when that was proposed.

#include <gtest/gtest.h>

#include "harness/outbox.hpp"
#include "tests/harness/sound_case.hpp"

namespace coordbench::testing::verdict_reads_test {
namespace {

/// Operations 0 and 2 write, at rank 0; operation 1 reads what `of` wrote, at rank 1, and ends at 16.
struct CaseOfReads : SoundCase {
  explicit CaseOfReads(Operation of) {
    kernel.proposers = [](const Shape&) { return 2; };
    result.samples.start_ns = {0, -1, -1, 10, 16, -1};
    result.samples.end_ns = {5, -1, -1, 16, 25, -1};
    result.samples.of = {Answer::nothing, of, Answer::nothing};
  }
};

TEST(JudgeOfReads, TakesAReadOfWhatHadBegunWhenItEnded) {
  for (const Operation of : {Operation{0}, Operation{2}, Operation{Answer::initial}})
    EXPECT_EQ(CaseOfReads(of).verdict(), Verdict::ok);
}

TEST(JudgeOfReads, RefusesAReadOfWhatHadNotBegunWhenItEnded) {
  CaseOfReads prophet(2);
  prophet.result.samples.start_ns[4] = 17;
  EXPECT_EQ(prophet.verdict(), Verdict::wrong_answer);
  EXPECT_EQ(prophet.result.detail, "operation 1 read what operation 2 wrote, which had not begun when the read ended");
  EXPECT_EQ(prophet.verdict(/*clock_error_ns=*/0.5), Verdict::ok) << "the clocks may be as far apart";
}

TEST(JudgeOfReads, RefusesAReadOfWhatNobodyProposed) {
  CaseOfReads beyond(3), unborn(2);
  beyond.result.samples.start_ns.resize(8, 0);  // what lies behind the stamps looks like one
  beyond.result.samples.start_ns.resize(6);
  EXPECT_EQ(beyond.verdict(), Verdict::wrong_answer);
  unborn.result.samples.start_ns[4] = -1;
  EXPECT_EQ(unborn.verdict(), Verdict::wrong_answer);
}

TEST(JudgeOfReads, ReadsOfClientsAreStampedByThem) {
  CaseOfReads clients(2);
  clients.planned.shape.ranks = 1;  // and two clients behind it
  clients.planned.shape.clients = 2;
  clients.result.samples.ranks = 3;
  clients.result.samples.start_ns = {-1, 0, -1, -1, -1, 10, -1, 17, -1};
  clients.result.samples.end_ns = {-1, 5, -1, -1, -1, 16, -1, 25, -1};
  EXPECT_EQ(clients.verdict(), Verdict::wrong_answer);
  clients.result.samples.start_ns[7] = 16;
  EXPECT_EQ(clients.verdict(), Verdict::ok);
}

}  // namespace
}  // namespace coordbench::testing::verdict_reads_test
