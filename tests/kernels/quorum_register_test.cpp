#include "kernels/quorum_register.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/kernels/quorum_registers.hpp"

namespace coordbench::testing::quorum_register::quorum_register_test {
namespace {

void expect_within(double found, const Range& declared, const std::string& what) {
  EXPECT_GE(found, declared.least) << what;
  EXPECT_LE(found, declared.most) << what;
}
void expect_declared_costs(const Registers& cluster, std::int64_t operations) {
  for (Operation k = 0; k < operations; ++k) {
    const Cost cost = cost_of<Register>(cluster.shape(), {k, 1});
    const std::string what = fmt::format("N = {}, operation {}", cluster.shape().ranks, k);
    expect_within(static_cast<double>(cluster.messages_of(k)), cost.messages, what);
    for (const int mark : {Register::chosen, Register::ended})
      expect_within(cluster.depth_of(k, mark), cost.delays[static_cast<std::size_t>(mark)],
                    fmt::format("{}, mark {}", what, mark));
  }
}
/// One operation after the other on a perfect network, each to its rest.
void expect_declared_costs(const Shape& shape, std::int64_t operations = 8) {
  Registers cluster(shape, {}, operations);
  for (Operation k = 0; k < operations; ++k) {
    cluster.propose(k);
    cluster.run();
  }
  cluster.expect_end();
  expect_declared_costs(cluster, operations);
}

TEST(QuorumRegister, CostsWhatItDeclaresForEveryNAndWhoeverAsks) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t write_back : {always, never, if_needed})
      for (const std::int64_t thrifty : {0, 1}) {
        for (const int proposers : {1, std::min(2, ranks), 0})
          expect_declared_costs(
              register_shape(ranks, {{"write_back", write_back}, {"thrifty", thrifty}, {"proposers", proposers}}));
        for (const int clients : {1, 3})
          expect_declared_costs(register_shape(ranks, {{"write_back", write_back}, {"thrifty", thrifty}}, clients));
      }
}

/// R and W from 1 to all, quorums that are drawn, servers without copies, and a sole writer.
TEST(QuorumRegister, CostsWhatItDeclaresForEveryRAndW) {
  for (int ranks = 1; ranks <= 7; ++ranks)
    for (const int replicas : {0, 1, (ranks + 1) / 2})
      for (int read_quorum = 0; read_quorum <= (replicas > 0 ? replicas : ranks); ++read_quorum)
        for (int write_quorum = 0; write_quorum <= (replicas > 0 ? replicas : ranks); ++write_quorum)
          for (const std::int64_t style : {0, 1, 2}) {
            const std::int64_t write_back = (read_quorum + write_quorum + style) % 3;
            const Settings set{{"replicas", replicas},          {"read_quorum", read_quorum},    {"write_quorum", write_quorum},
                               {"thrifty", style == 1 ? 1 : 0}, {"quorums", style == 2 ? 1 : 0}, {"write_back", write_back}};
            const auto with = [&set](const Settings& more) {
              Settings all = set;
              all.insert(all.end(), more.begin(), more.end());
              return all;
            };
            expect_declared_costs(register_shape(ranks, set), 2 * ranks);
            expect_declared_costs(register_shape(ranks, with({{"proposers", 1}, {"write_query", never}})), 6);
            expect_declared_costs(register_shape(ranks, with({{"write_query", never}}), 1), 6);
            expect_declared_costs(register_shape(ranks, set, 2), 6);
          }
}

TEST(QuorumRegister, CostsTheSameWhicheverRepliesComeLast) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Shape shape = register_shape(5, {{"write_back", static_cast<std::int64_t>(seed % 3)}}, seed % 2 == 0 ? 2 : 0);
    shape.in_flight = 3;
    Registers cluster(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50}, 15);
    for (Operation k = 0; k < 15; ++k) {
      cluster.propose(k);
      if (k % 5 == 4) cluster.run();
    }
    cluster.expect_end();
    expect_declared_costs(cluster, 15);
  }
}

TEST(QuorumRegister, CostsByHand) {
  const auto cost = [](bool read, int ranks, const Settings& set, int clients = 0) {
    const Shape shape = register_shape(ranks, set, clients);
    return Register::cost(shape, first_of(shape, read));
  };
  EXPECT_EQ(cost(false, 5, {}).messages, Range(16));                             // 4n
  EXPECT_EQ(cost(true, 5, {}).messages, Range(16));                              // 4n
  EXPECT_EQ(cost(true, 5, {{"write_back", never}}).messages, Range(8));          // 2n
  EXPECT_EQ(cost(true, 5, {{"write_back", if_needed}}).messages, Range(8, 16));  // between
  EXPECT_EQ(cost(false, 5, {{"write_back", if_needed}}).messages, Range(16));    // a write always stores
  EXPECT_EQ(cost(false, 5, {{"thrifty", 1}}).messages, Range(8));                // 4 floor(N/2)
  EXPECT_EQ(cost(false, 4, {{"thrifty", 1}}).messages, Range(8));                // 4 floor(N/2)
  EXPECT_EQ(cost(false, 5, {}, 1).messages, Range(20));                          // 4N
  EXPECT_EQ(cost(false, 5, {{"thrifty", 1}}, 1).messages, Range(12));            // 4 of a majority
  EXPECT_EQ(cost(false, 1, {}).messages, Range(0));                              // alone
  EXPECT_EQ(cost(false, 1, {}, 1).messages, Range(4));                           // a client of one server
  EXPECT_EQ(cost(true, 5, {{"write_back", if_needed}}).delays[Register::ended], Range(2, 4));
  EXPECT_EQ(cost(true, 5, {{"write_back", never}}).delays[Register::ended], Range(2));
  EXPECT_EQ(cost(false, 5, {}).delays[Register::chosen], Range(2));
  EXPECT_EQ(cost(false, 5, {}).delays[Register::ended], Range(4));
}

TEST(QuorumRegister, CostsByHandOfOtherQuorums) {
  const auto cost = [](bool read, Rank proposer, const Settings& set, int clients = 0) {
    const Shape shape = register_shape(5, set, clients);
    return Register::cost(shape, first_of(shape, read, proposer));
  };
  const Settings few{{"read_quorum", 2}, {"write_quorum", 4}};
  EXPECT_EQ(cost(false, 0, few).messages, Range(16)) << "all are asked, whatever R and W";
  const Settings thrifty{{"read_quorum", 2}, {"write_quorum", 4}, {"thrifty", 1}};
  EXPECT_EQ(cost(false, 0, thrifty).messages, Range(2 + 6)) << "2 (R - 1) + 2 (W - 1)";
  EXPECT_EQ(cost(false, 0, thrifty, 1).messages, Range(4 + 8)) << "2 R + 2 W";
  const Settings one{{"read_quorum", 1}, {"write_quorum", 5}, {"thrifty", 1}, {"write_back", never}};
  EXPECT_EQ(cost(true, 0, one).messages, Range(0)) << "a read of the own copy";
  EXPECT_EQ(cost(true, 0, one).delays[Register::ended], Range(0));
  EXPECT_EQ(cost(false, 0, one).messages, Range(8));
  EXPECT_EQ(cost(false, 0, one).delays[Register::chosen], Range(0));
  EXPECT_EQ(cost(false, 0, one).delays[Register::ended], Range(2));
  EXPECT_EQ(cost(true, 0, {{"read_quorum", 1}, {"write_back", never}}).messages, Range(8)) << "others are asked and not heard";
  const Settings three{{"replicas", 3}};
  EXPECT_EQ(cost(false, 0, three).messages, Range(8)) << "4 (3 - 1)";
  EXPECT_EQ(cost(false, 4, three).messages, Range(12)) << "4 · 3 of a server without a copy";
  EXPECT_EQ(cost(false, 4, {{"replicas", 3}, {"thrifty", 1}}).messages, Range(8)) << "4 of a majority of three";
  const Settings alone{{"proposers", 1}, {"write_query", never}};
  EXPECT_EQ(cost(false, 0, alone).messages, Range(8)) << "2n";
  EXPECT_EQ(cost(false, 0, alone).delays[Register::chosen], Range(0));
  EXPECT_EQ(cost(false, 0, alone).delays[Register::ended], Range(2));
  EXPECT_EQ(cost(true, 0, alone).messages, Range(16));
  const Settings drawn{{"quorums", 1}, {"read_quorum", 2}, {"write_quorum", 3}};
  EXPECT_EQ(cost(false, 0, drawn, 1).messages, Range(4 + 6)) << "a client is never in the quorum";
  EXPECT_EQ(cost(true, 0, {{"write_back", if_needed}, {"read_quorum", 2}, {"write_quorum", 4}}).messages, Range(16))
      << "two servers are no four that agree";
}

TEST(QuorumRegister, AReadThatFindsAMajorityAgreedStoresNothing) {
  const Shape shape = register_shape(5, {{"write_back", if_needed}});
  Registers cluster(shape, {}, 32);
  const Operation write = first_of(shape, false), read = first_of(shape, true, 1, write);
  for (const Operation k : {write, read}) {
    cluster.propose(k);
    cluster.run();
  }
  EXPECT_EQ(cluster.messages_of(read), 8);
  EXPECT_EQ(cluster.value_of(read), write);
  const Operation again = first_of(shape, false, 0, read), during = first_of(shape, true, 1, again);
  cluster.propose(again);
  cluster.run_until(cluster.now() + 2);  // its value is under way
  cluster.propose(during);
  cluster.run();
  EXPECT_EQ(cluster.messages_of(during), 16) << "servers heard of it before and after they told";
}

TEST(QuorumRegister, AsManyOperationsReadAsTheCaseSays) {
  for (const int percent : {0, 1, 50, 99, 100}) {
    const Shape shape = register_shape(3, {{"reads", percent}});
    int reads = 0;
    for (Operation k = 0; k < 10'000; ++k) reads += Register::kind(shape, k);
    const double spread = std::sqrt(10'000 * percent / 100.0 * (1 - percent / 100.0));
    EXPECT_NEAR(reads, 100 * percent, 4 * spread) << percent << " %";
  }
}

TEST(QuorumRegister, AcceptsWhatAReadOrAWriteMayAnswer) {
  const Shape shape = register_shape(3);
  const Operation read = first_of(shape, true), other_read = first_of(shape, true, 0, read + 3), write = first_of(shape, false);
  PayloadArena arena(4, 8);
  const Payload value = arena.allocate(8);
  EXPECT_TRUE(Register::accepts(shape, write, {.outcome = 1, .of = Answer::nothing}));
  EXPECT_FALSE(Register::accepts(shape, write, {1, value, write}));
  EXPECT_FALSE(Register::accepts(shape, write, {.outcome = 0, .of = Answer::nothing}));
  EXPECT_TRUE(Register::accepts(shape, read, {1, value, write}));
  EXPECT_TRUE(Register::accepts(shape, read, {.outcome = 1, .of = Answer::initial}));
  EXPECT_FALSE(Register::accepts(shape, read, {1, value, Answer::initial})) << "the initial value has no bytes";
  EXPECT_FALSE(Register::accepts(shape, read, {.outcome = 1, .of = write})) << "without its bytes";
  EXPECT_FALSE(Register::accepts(shape, read, {1, value, other_read})) << "a read wrote nothing";
  EXPECT_FALSE(Register::accepts(shape, read, {1, value, Answer::itself}));
  EXPECT_FALSE(Register::accepts(shape, read, {}));
}

TEST(QuorumRegister, RefusesMoreProposersThanServers) {
  EXPECT_EQ(Register::unfit(register_shape(3, {{"proposers", 3}})), "");
  EXPECT_NE(Register::unfit(register_shape(3, {{"proposers", 4}})), "");
  EXPECT_EQ(Register::unfit(register_shape(3, {}, 1)), "");
  EXPECT_NE(Register::unfit(register_shape(3, {{"proposers", 1}}, 1)), "") << "clients ask instead";
}

TEST(QuorumRegister, RefusesQuorumsThatNoReplicasCanFill) {
  EXPECT_EQ(Register::unfit(register_shape(3, {{"read_quorum", 3}, {"write_quorum", 1}})), "");
  EXPECT_EQ(Register::unfit(register_shape(3, {{"read_quorum", 1}, {"write_quorum", 1}})), "") << "reads may then be stale";
  EXPECT_EQ(Register::unfit(register_shape(3, {{"read_quorum", 4}})),
            "read_quorum is 4, more than the 3 servers that hold copies; choose at most as many, or 0 for a majority");
  EXPECT_EQ(Register::unfit(register_shape(5, {{"replicas", 3}, {"write_quorum", 4}})),
            "write_quorum is 4, more than the 3 servers that hold copies; choose at most as many, or 0 for a majority");
  EXPECT_EQ(Register::unfit(register_shape(3, {{"replicas", 4}})),
            "replicas is 4, more than the 3 servers; choose at most as many, or 0 for all of them");
  EXPECT_EQ(Register::unfit(register_shape(3, {{"write_query", never}, {"proposers", 2}})),
            "write_query is never, and 2 ranks propose; choose always, because a writer does not know the stamps of others");
  EXPECT_EQ(Register::unfit(register_shape(3, {{"write_query", never}, {"proposers", 1}})), "");
  EXPECT_EQ(Register::unfit(register_shape(3, {{"write_query", never}}, 1)), "");
  EXPECT_NE(Register::unfit(register_shape(3, {{"write_query", never}}, 2)), "");
}

}  // namespace
}  // namespace coordbench::testing::quorum_register::quorum_register_test
