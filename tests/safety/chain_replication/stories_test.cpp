// What happens when a server of the chain crashes and a configuration excludes it, told in words.

#include <gtest/gtest.h>

#include "tests/kernels/chains.hpp"

namespace coordbench::testing::chain_replication::stories_test {
namespace {

/// A client writes while nothing gets from `cut_off` - 1 to it; then `lost` is lost.
Chain& broken(Chain& chain, Rank cut_off, Rank lost) {
  chain.cut(cut_off - 1, cut_off);
  chain.propose(0);
  chain.run_until(5);
  chain.lose(lost);
  chain.mend();
  return chain;
}

TEST(ChainReplicationStories, TheHeadCrashes) {
  Chain chain(chain_shape(3, {{"timeout_us", 1}}, 1), {}, 1);
  broken(chain, 2, 0).run();
  chain.expect_end();
  EXPECT_EQ(chain.conversation(),
            "   0  3 → 0  write 0\n"
            "   1  0 → 1  update 1.0\n"
            "   2  1 → 2  update 1.0  (cut off)\n"
            "   5  0 crashes\n"
            "   6  1 is told of epoch 1\n"
            "   6  1 → 2  update 1.0 in epoch 1, background\n"
            "   6  2 is told of epoch 1\n"
            "   6  3 is told of epoch 1\n"
            "   6  3 → 1  write 0 in epoch 1, background\n"  // which the new head has: it gets no second number
            "   7  2 → 3  written 0 in epoch 1, background\n"
            "   7  2 → 1  acknowledge 1 in epoch 1, background\n");
}

TEST(ChainReplicationStories, AServerInTheMiddleCrashes) {
  Chain chain(chain_shape(3, {{"timeout_us", 1}}, 1), {}, 1);
  broken(chain, 2, 1).run();
  chain.expect_end();
  EXPECT_EQ(chain.conversation(),
            "   0  3 → 0  write 0\n"
            "   1  0 → 1  update 1.0\n"
            "   2  1 → 2  update 1.0  (cut off)\n"
            "   5  1 crashes\n"
            "   6  0 is told of epoch 1\n"
            "   6  0 → 2  update 1.0 in epoch 1, background\n"  // pending at the head
            "   6  2 is told of epoch 1\n"
            "   6  3 is told of epoch 1\n"
            "   6  3 → 0  write 0 in epoch 1, background\n"
            "   7  2 → 3  written 0 in epoch 1, background\n"
            "   7  2 → 0  acknowledge 1 in epoch 1, background\n");
}

TEST(ChainReplicationStories, TheTailCrashes) {
  Chain chain(chain_shape(3, {{"timeout_us", 1}}, 1), {}, 1);
  broken(chain, 2, 2).run();
  chain.expect_end();
  EXPECT_EQ(chain.conversation(),
            "   0  3 → 0  write 0\n"
            "   1  0 → 1  update 1.0\n"
            "   2  1 → 2  update 1.0  (cut off)\n"
            "   5  2 crashes\n"
            "   6  0 is told of epoch 1\n"
            "   6  0 → 1  update 1.0 in epoch 1, background\n"
            "   6  1 is told of epoch 1\n"
            "   6  1 → 0  acknowledge 1 in epoch 1, background\n"  // the new tail has it
            "   6  3 is told of epoch 1\n"
            "   6  3 → 0  write 0 in epoch 1, background\n"
            "   7  1 → 0  acknowledge 1 in epoch 1, background\n"
            "   7  0 → 3  written 0 in epoch 1, background\n");
}

TEST(ChainReplicationStories, AWriteThatOnlyTheHeadHadIsGoneAndIsAskedForAgain) {
  Chain chain(chain_shape(3, {{"timeout_us", 1}}, 2), {}, 2);
  chain.cut(0, 1);
  chain.propose(0);
  chain.run_until(5);
  EXPECT_EQ(chain.machine(0).history().newest(), 1U);
  chain.lose(0);
  chain.mend();
  chain.run_until(6);  // the client has asked the new head, whose number 1 comes from operation 1
  chain.propose(1);
  chain.run();
  EXPECT_TRUE(chain.has_ended(0) && chain.has_ended(1));
  EXPECT_EQ(chain.machine(2).history().newest(), 2U);
  chain.expect_end();
}

/// A new head might give its number to another write.
TEST(ChainReplicationStories, AWriteThatWaitedForAnEarlierOneIsForgottenWithItsEpoch) {
  Shape shape = chain_shape(3, {{"timeout_us", 1}}, 2);
  Chain chain(shape, {}, 4);
  chain.cut(1, 2);
  chain.propose(0);
  chain.run_until(3);  // server 2 lacks number 1
  chain.mend();
  chain.propose(1);
  chain.run_until(6);  // and has number 2, which waits
  EXPECT_EQ(chain.machine(2).history().newest(), 0U);
  chain.lose(1);
  chain.run();
  EXPECT_TRUE(chain.has_ended(0) && chain.has_ended(1));
  EXPECT_EQ(chain.machine(2).history().newest(), 2U);
  chain.expect_end();
}

TEST(ChainReplicationStories, AServerThatIsDownBlocksWritesUntilItIsExcluded) {
  Chain chain(chain_shape(3, {{"timeout_us", 1}}), {}, 1);
  chain.crash(1);
  chain.propose(0);
  chain.run_until(5'000);
  EXPECT_FALSE(chain.has_ended(0));
  chain.exclude(1);
  chain.run_until(10'000);
  EXPECT_TRUE(chain.has_ended(0));
  chain.restart(1);
  chain.run();
  EXPECT_TRUE(chain.machine(1).is_out()) << "for good";
  chain.expect_end();
}

TEST(ChainReplicationStories, TheLastServerServesAlone) {
  Chain chain(chain_shape(4, {{"timeout_us", 1}, {"reads", 50}}, 1));
  for (const Rank rank : {0, 3, 1}) chain.lose(rank), chain.run();
  const Operation write = first_of(chain.shape(), false), read = first_of(chain.shape(), true, 0, write);
  for (const Operation k : {write, read}) chain.propose(k), chain.run();
  EXPECT_EQ(chain.value_of(read), write);
  EXPECT_EQ(chain.machine(2).head(), 2);
  EXPECT_EQ(chain.machine(2).tail(), 2);
  chain.expect_end();
}

/// The client asks twice, and the first copy of its write is late.
TEST(ChainReplicationStories, AWriteIsTakenOnce) {
  Chain chain(chain_shape(2, {{"timeout_us", 1}}, 2), {}, 2);
  chain.cut(1, 2);  // the answer to client 2, operation 0, is lost
  chain.propose(0);
  chain.run_until(10);
  chain.mend();
  chain.propose(1);
  chain.run();
  EXPECT_TRUE(chain.has_ended(0)) << "the head knows that the tail has it";
  EXPECT_EQ(chain.machine(0).history().newest(), 2U) << "it is not written again behind the other";
  chain.expect_end();
}

}  // namespace
}  // namespace coordbench::testing::chain_replication::stories_test
