// Verdicts of cases with loss: what is lost is known message by message, and what is applied is counted.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/harness/sound_case.hpp"

namespace coordbench::testing::verdict_loss_test {
namespace {

/// Of six messages one is lost and one comes twice. Each operation is applied once.
struct CaseOfLoss : SoundCase {
  explicit CaseOfLoss(UnderLoss (*answer)(const Shape&) = [](const Shape&) { return UnderLoss::tolerates; }) {
    planned.shape.loss = {.lost = 0.1};
    kernel.under_loss = answer;
    kernel.messages_under_loss = [](const Shape&) { return 2.5; };
    kernel.applications = [](const Shape&) { return 1.0; };
    reports[0].traffic = {.messages_sent = 3, .messages_received = 2, .messages_lost = 1};
    reports[1].traffic = {.messages_sent = 3, .messages_received = 4, .messages_doubled = 1};
    reports[1].applied = 3;
  }
};

TEST(JudgeLoss, HoldsMessagesAgainstTheirExpectationOnly) {
  CaseOfLoss sound;
  EXPECT_EQ(sound.verdict(), Verdict::ok);
  EXPECT_EQ(sound.result.expected_messages_per_operation, 2.5);
  EXPECT_EQ(sound.result.applied_per_operation, 1);
  EXPECT_EQ(sound.result.expected_applied_per_operation, 1);
}

TEST(JudgeLoss, KnowsOfNoExpectationThatTheKernelDoesNotHave) {
  CaseOfLoss sound;
  sound.kernel.messages_under_loss = nullptr;
  sound.kernel.applications = nullptr;
  EXPECT_EQ(sound.verdict(), Verdict::ok);
  EXPECT_TRUE(std::isnan(sound.result.expected_messages_per_operation));
  EXPECT_TRUE(std::isnan(sound.result.applied_per_operation));
}

TEST(JudgeLoss, MissesAMessageThatLossDoesNotExplain) {
  CaseOfLoss leaking;
  leaking.reports[1].traffic.messages_received = 3;
  EXPECT_EQ(leaking.verdict(), Verdict::count_mismatch);
  EXPECT_EQ(leaking.result.detail, "6 messages sent, 1 of them lost, 1 duplicated, and 5 received");
}

TEST(JudgeLoss, RefusesAnOperationThatIsAppliedTwiceOrNotAtAll) {
  for (const std::int64_t applied : {2, 4}) {
    CaseOfLoss wrong;
    wrong.reports[1].applied = applied;
    EXPECT_EQ(wrong.verdict(), Verdict::wrong_answer) << applied;
    wrong.planned.shape.loss = {};
    wrong.reports[0].traffic = wrong.reports[1].traffic = {.messages_sent = 3, .messages_received = 3};
    EXPECT_EQ(wrong.verdict(), Verdict::wrong_answer) << "also where nothing is lost";
  }
}

TEST(JudgeLoss, TakesDamageThatIsDeclaredForAResult) {
  CaseOfLoss erring([](const Shape&) { return UnderLoss::errs; });
  erring.reports[1].applied = 4;
  erring.reports[1].wrong_answers = 1;
  EXPECT_EQ(erring.verdict(), Verdict::ok);
  EXPECT_DOUBLE_EQ(erring.result.applied_per_operation, 4.0 / 3);
  erring.planned.shape.loss = {};
  erring.reports[0].traffic = erring.reports[1].traffic = {.messages_sent = 3, .messages_received = 3};
  EXPECT_EQ(erring.verdict(), Verdict::wrong_answer) << "there is no loss to blame";
}

TEST(JudgeRefusals, ExcusesNoneButWhatLossSendsTwice) {
  for (const Refused refused : {Refused{.forged = 1}, Refused{.replayed = 1}, Refused{.truncated = 1}}) {
    SoundCase tampered;
    tampered.reports[1].traffic.refused = refused;
    EXPECT_EQ(tampered.verdict(), Verdict::failed);
    const std::string counts = fmt::format("{} messages were refused as forged, {} as replayed and {} as truncated",
                                           refused.forged, refused.replayed, refused.truncated);
    EXPECT_EQ(tampered.result.detail, counts + ", and nobody tampers with them");
  }
  CaseOfLoss doubled;
  doubled.planned.shape.loss.doubled = 0.1;
  doubled.reports[1].traffic.refused = {.replayed = 1};
  EXPECT_EQ(doubled.verdict(), Verdict::ok) << doubled.result.detail;
  doubled.reports[1].traffic.refused = {.forged = 1, .replayed = 1};
  EXPECT_EQ(doubled.verdict(), Verdict::failed);
}

TEST(JudgeLoss, AddsUpWhatWasSentAgainTooEarly) {
  CaseOfLoss hasty;
  hasty.reports[0].premature_resends = 2;
  hasty.reports[1].premature_resends = 3;
  EXPECT_EQ(hasty.verdict(), Verdict::ok);
  EXPECT_EQ(hasty.result.premature_resends, 5);
}

}  // namespace
}  // namespace coordbench::testing::verdict_loss_test
