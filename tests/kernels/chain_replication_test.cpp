#include "kernels/chain_replication.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/chains.hpp"

namespace coordbench::testing::chain_replication_test {
namespace {

using chain_replication::Chain;
using chain_replication::chain_shape;
using chain_replication::first_of;
namespace setting = coordbench::chain;

bool lies_in(double measured, const Range& range) { return range.least <= measured && measured <= range.most; }

/// One operation after the other on a perfect network, each to its rest: nothing is under way when the next one begins.
void expect_declared_costs(const Shape& shape, std::int64_t operations = 8) {
  Chain chain(shape, {}, operations);
  for (Operation k = 0; k < operations; ++k) {
    chain.propose(k);
    chain.run();
    const Cost cost = ChainReplication::cost(shape, k);
    EXPECT_EQ(static_cast<double>(chain.messages_of(k)), cost.messages.least) << "N = " << shape.ranks << ", operation " << k;
    EXPECT_EQ(chain.depth_of(k), cost.delays[0].least) << "N = " << shape.ranks << ", operation " << k;
  }
  chain.expect_end();
}

TEST(ChainReplication, CostsWhatItDeclaresForEveryNAndWhoeverAsks) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t read_from : {setting::tail, setting::any_clean, setting::any})
      for (const std::int64_t reads : {0, 50, 100}) {
        const Settings set{{"read_from", read_from}, {"reads", reads}, {"timeout_us", ranks % 2}};
        for (const int proposers : {1, std::min(2, ranks), 0}) {
          Settings with = set;
          with.emplace_back("proposers", proposers);
          expect_declared_costs(chain_shape(ranks, with));
        }
        for (const int clients : {1, 3}) expect_declared_costs(chain_shape(ranks, set, clients));
      }
}

TEST(ChainReplication, EachWriteIsAcknowledgedByAllButTheHead) {
  for (int ranks = 1; ranks <= 64; ++ranks) {
    Chain chain(chain_shape(ranks), {}, 8);
    for (Operation k = 0; k < 8; ++k) chain.propose(k), chain.run();
    EXPECT_EQ(chain.traffic().background_messages, 8 * (ranks - 1));
  }
}

/// Operations overlap, and messages overtake each other: writes cost the same, and reads between both forms.
TEST(ChainReplication, CostsTheSameHoweverLongMessagesTake) {
  int asked_the_tail = 0;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    Shape shape =
        chain_shape(5, {{"reads", 40}, {"read_from", static_cast<std::int64_t>(seed % 3)}, {"proposers", seed % 2 ? 0 : 1}},
                    seed % 4 == 0 ? 2 : 0);
    shape.in_flight = 3;
    Chain chain(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50}, 30);
    for (Operation k = 0; k < 30; ++k) {
      chain.propose(k);
      while (k % 3 == 2 && !(chain.has_ended(k) && chain.has_ended(k - 1) && chain.has_ended(k - 2))) ASSERT_TRUE(chain.step());
    }
    chain.run();
    chain.expect_end();
    for (Operation k = 0; k < 30; ++k) {
      const Cost cost = ChainReplication::cost(shape, k);
      EXPECT_TRUE(lies_in(static_cast<double>(chain.messages_of(k)), cost.messages)) << chain.messages_of(k) << " of " << k;
      EXPECT_TRUE(lies_in(chain.depth_of(k), cost.delays[0])) << chain.depth_of(k) << " of " << k;
      asked_the_tail += static_cast<double>(chain.messages_of(k)) > cost.messages.least ? 1 : 0;
    }
  }
  EXPECT_GT(asked_the_tail, 100);
}

TEST(ChainReplication, CostsByHand) {
  const auto cost = [](int ranks, const Settings& set, bool read = false, int lane = 0, int clients = 0) {
    const Shape shape = chain_shape(ranks, set, clients);
    return ChainReplication::cost(shape, first_of(shape, read, lane));
  };
  EXPECT_EQ(cost(5, {}).messages, Range(5));  // the head asks: N
  EXPECT_EQ(cost(5, {}).delays[0], Range(5));
  EXPECT_EQ(cost(5, {{"proposers", 0}}, false, 2).messages, Range(6));  // a server in the middle: N + 1
  EXPECT_EQ(cost(5, {{"proposers", 0}}, false, 2).delays[0], Range(6));
  EXPECT_EQ(cost(5, {{"proposers", 0}}, false, 4).messages, Range(5));  // the tail: N
  EXPECT_EQ(cost(5, {}, false, 0, 1).messages, Range(6));               // a client: N + 1
  EXPECT_EQ(cost(5, {}, false, 0, 1).delays[0], Range(6));
  EXPECT_EQ(cost(1, {}).messages, Range(0));  // alone
  EXPECT_EQ(cost(1, {}).delays[0], Range(0));
  EXPECT_EQ(cost(1, {}, false, 0, 1).messages, Range(2));
  const Settings reads{{"reads", 50}, {"proposers", 0}};
  EXPECT_EQ(cost(5, reads, true, 0).messages, Range(2));  // the head asks the tail
  EXPECT_EQ(cost(5, reads, true, 4).messages, Range(0));  // the tail itself
  const Settings clean{{"reads", 50}, {"proposers", 0}, {"read_from", setting::any_clean}};
  EXPECT_EQ(cost(5, clean, true, 0).messages, Range(0, 2));
  EXPECT_EQ(cost(5, clean, true, 0).delays[0], Range(0, 2));
  EXPECT_EQ(cost(5, clean, true, 4).messages, Range(0));  // the tail has only clean versions
  const Settings any{{"reads", 50}, {"proposers", 0}, {"read_from", setting::any}};
  EXPECT_EQ(cost(5, any, true, 0).messages, Range(0));
  EXPECT_EQ(cost(5, {{"reads", 100}, {"read_from", setting::any_clean}}, true).messages, Range(0));  // nobody writes
  EXPECT_EQ(cost(5, {{"reads", 50}}, true, 0, 1).messages, Range(2));
  EXPECT_EQ(cost(1, {{"reads", 50}, {"read_from", setting::any_clean}}, true, 0, 1).messages, Range(2));
}

TEST(ChainReplication, AClientAsksEveryServerWhereAnyWillDo) {
  Shape shape = chain_shape(4, {{"reads", 50}, {"read_from", setting::any_clean}}, 1);
  std::array<int, 4> asked{};
  Range widest = 2;
  Chain chain(shape);
  for (Operation k = 0; k < 64; ++k) {
    chain.propose(k);
    chain.run();
    if (ChainReplication::kind(shape, k) == 1)
      widest.most = std::max(widest.most, ChainReplication::cost(shape, k).messages.most);
  }
  for (const auto& sent : chain.history().sent)
    if (sent.message.kind == ChainReplication::Kind::read) ++asked[static_cast<std::size_t>(sent.to)];
  for (const int reads : asked) EXPECT_GT(reads, 2) << "of 8 on average";
  EXPECT_EQ(widest, Range(2, 4));
}

TEST(ChainReplication, RefusesWhatItCannotDo) {
  EXPECT_EQ(ChainReplication::unfit(chain_shape(3, {{"proposers", 3}})), "");
  EXPECT_NE(ChainReplication::unfit(chain_shape(3, {{"proposers", 4}})), "");
  EXPECT_NE(ChainReplication::unfit(chain_shape(3, {{"proposers", 0}}, 1)), "") << "clients ask instead";
  EXPECT_EQ(ChainReplication::unfit(chain_shape(kDelaysMost - 1)), "");
  EXPECT_NE(ChainReplication::unfit(chain_shape(kDelaysMost)), "") << "N + 1 delays are too many to count";
}

// ---- stories ---------------------------------------------------------------------------------------------------------------

TEST(ChainReplication, TellsTheStoryOfAClientsWriteAndRead) {
  const Shape shape = chain_shape(3, {{"reads", 50}}, 1);
  const Operation write = first_of(shape, false), read = first_of(shape, true, 0, write);
  Chain chain(shape, {}, read + 1);
  chain.propose(write);
  chain.run();
  chain.propose(read);
  chain.run();
  EXPECT_EQ(chain.value_of(read), write);
  const auto text = [&](const char* words) {
    return fmt::format(fmt::runtime(words), fmt::arg("w", write), fmt::arg("r", read));
  };
  EXPECT_EQ(chain.conversation(), text("   0  3 → 0  write {w}\n"
                                       "   1  0 → 1  update 1.{w}\n"
                                       "   2  1 → 2  update 1.{w}\n"
                                       "   3  2 → 3  written {w}\n"
                                       "   3  2 → 1  acknowledge 1, background\n"
                                       "   4  1 → 0  acknowledge 1, background\n"
                                       "   5  3 → 2  read {r}\n"
                                       "   6  2 → 3  value {r}: 1.{w}\n"));
}

/// CRAQ: while the write is under way, server 1 asks the tail, and shows what the tail has.
TEST(ChainReplication, AServerWithADirtyVersionAsksTheTail) {
  const Shape shape = chain_shape(3, {{"reads", 50}, {"read_from", setting::any_clean}, {"proposers", 0}, {"timeout_us", 1}});
  const Operation write = first_of(shape, false), dirty = first_of(shape, true, 1), clean = first_of(shape, true, 1, dirty + 1);
  Chain chain(shape);
  chain.cut(1, 2);
  chain.propose(write);
  chain.run_until(10);  // servers 0 and 1 have the write, and the tail lacks it
  chain.mend();
  chain.propose(dirty);
  chain.run_until(20);
  EXPECT_EQ(chain.value_of(dirty), Answer::initial);
  EXPECT_EQ(chain.messages_of(dirty), 2);
  chain.run();
  EXPECT_EQ(chain.value_of(write), Answer::nothing);
  chain.propose(clean);
  EXPECT_EQ(chain.value_of(clean), write) << "at once";
  EXPECT_EQ(chain.messages_of(clean), 0);
}

TEST(ChainReplication, AnAnswerOfTheTailThatIsLateShowsWhatIsCleanByThen) {
  const Shape shape = chain_shape(2, {{"reads", 50}, {"read_from", setting::any_clean}, {"proposers", 0}, {"timeout_us", 1}});
  const Operation write = first_of(shape, false), read = first_of(shape, true, 0, write);
  Chain chain(shape);
  chain.propose(write);
  chain.propose(read);
  chain.run();
  EXPECT_EQ(chain.value_of(read), write) << "the tail had it when it was asked";
}

TEST(ChainReplication, WritesThatOvertakeEachOtherArePassedOnInOrder) {
  Shape shape = chain_shape(3, {{"timeout_us", 1}});
  shape.in_flight = 2;
  Chain chain(shape, {}, 2);
  chain.cut(0, 1);
  chain.propose(0);  // lost
  chain.mend();
  chain.propose(1);
  chain.run_until(500);
  EXPECT_EQ(chain.machine(1).history().newest(), 0U) << "number 1 is missing";
  chain.run();
  EXPECT_EQ(chain.machine(2).history().newest(), 2U);
  EXPECT_EQ(chain.messages_of(1), 3) << "number 2 has not been sent again where it waited";
  chain.expect_end();
}

/// Acknowledgements never come, and the proposer goes on for many windows: what is kept stays within the declared bounds.
TEST(ChainReplication, KeepsNoMoreThanAWindowWhenAcknowledgementsAreLost) {
  for (const int clients : {0, 3}) {
    Shape shape = chain_shape(3, {}, clients);
    shape.in_flight = 3;
    const std::size_t window = Window<int>(shape, 1).size();
    Chain chain(shape, {}, 300);
    chain.cut(1, 0);
    chain.cut(2, 1);
    for (Operation k = 0; k < 300; ++k) {
      chain.propose(k);
      if (k % 3 == 2) chain.run();
      ASSERT_TRUE(k % 3 != 2 || chain.has_ended(k));
      const auto& history = chain.machine(0).history();
      EXPECT_LE(history.newest() - history.settled(), window);
    }
    EXPECT_EQ(chain.machine(1).history().settled(), 300 - window) << "the head says what the tail must have";
  }
}

TEST(ChainReplication, MessagesFitACacheLine) { EXPECT_LE(sizeof(ChainReplication::Message), 32U); }

}  // namespace
}  // namespace coordbench::testing::chain_replication_test
