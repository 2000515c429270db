#include "collectives/parts/echo_data.hpp"

#include <gtest/gtest.h>

#include "tests/support/data_checks.hpp"

namespace coordbench::testing::echo_data_test {
namespace {

Shape echo(std::int64_t bytes, int ranks = 3) { return {.ranks = ranks, .payload_bytes = bytes, .seed = 42}; }

TEST(EchoData, ChecksEveryByteAtBothEnds) {
  for (const std::int64_t bytes : {1, 8, 100, 1024, 1040, 4097}) {
    EchoData asks(echo(bytes), 0), answers(echo(bytes), 2);
    asks.prepare(7);
    answers.prepare(7);
    copy(asks.outgoing(), answers.incoming());
    copy(answers.incoming(), asks.incoming());
    expect_every_byte_checked(answers, 7, answers.incoming());
    expect_every_byte_checked(asks, 7, asks.incoming());
  }
}

TEST(EchoData, NoticesThatNothingCameBack) {
  for (const std::int64_t bytes : {1, 8, 100}) {
    EchoData asks(echo(bytes), 0);
    expect_silence_noticed(asks, [&](Operation) { copy(asks.outgoing(), asks.incoming()); });
  }
}

TEST(EchoData, NoticesThePreviousOperationsEcho) {
  EchoData asks(echo(64), 0), late(echo(64), 0);
  late.prepare(0);
  asks.prepare(1);
  copy(late.outgoing(), asks.incoming());
  EXPECT_FALSE(asks.verify(1, Effort::full));
  EXPECT_FALSE(asks.verify(1, Effort::sampled));
}

TEST(EchoData, AsksNothingOfTheOthersOrOfARankAlone) {
  EchoData middle(echo(64), 1), alone(echo(64, 1), 0);
  middle.prepare(0);
  alone.prepare(0);
  EXPECT_TRUE(middle.verify(0, Effort::full));
  EXPECT_TRUE(alone.verify(0, Effort::full));
}

}  // namespace
}  // namespace coordbench::testing::echo_data_test
