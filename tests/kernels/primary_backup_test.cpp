#include "kernels/primary_backup.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/kernels/primary_backups.hpp"

namespace coordbench::testing::primary_backup::primary_backup_test {
namespace {

/// One operation after the other on a perfect network, each to its rest.
void expect_declared_costs(const Shape& shape, std::int64_t operations = 8) {
  Replicas cluster(shape, {}, operations);
  for (Operation k = 0; k < operations; ++k) {
    cluster.propose(k);
    cluster.run();
    const Cost cost = cost_of<PrimaryBackup>(shape, {k, 1});
    EXPECT_EQ(Range(cluster.messages_of(k)), cost.messages) << "N = " << shape.ranks << ", operation " << k;
    EXPECT_EQ(Range(cluster.depth_of(k)), cost.delays[0]) << "N = " << shape.ranks << ", operation " << k;
  }
  cluster.expect_end();
}

TEST(PrimaryBackup, CostsWhatItDeclaresForEveryNAndWhoeverAsks) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t acknowledge : {setting::all, setting::one, setting::none})
      for (const std::int64_t read_from : {setting::primary, setting::any}) {
        const Settings set{{"acknowledge", acknowledge}, {"read_from", read_from}, {"reads", 50}, {"timeout_us", ranks % 2}};
        for (const int proposers : {1, std::min(2, ranks), 0}) {
          Settings with = set;
          with.emplace_back("proposers", proposers);
          expect_declared_costs(replicas_shape(ranks, with));
        }
        for (const int clients : {1, 3}) expect_declared_costs(replicas_shape(ranks, set, clients));
      }
}

TEST(PrimaryBackup, CostsTheSameWhicheverRepliesComeLast) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Shape shape = replicas_shape(5, {{"acknowledge", static_cast<std::int64_t>(seed % 3)}, {"reads", 30}, {"proposers", 0}});
    shape.in_flight = 3;
    Replicas cluster(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50}, 30);
    for (Operation k = 0; k < 30; ++k) {
      cluster.propose(k);
      if (k % 15 == 14) cluster.run();
    }
    cluster.expect_end();
    EXPECT_EQ(Range(cluster.counted()), cost_of<PrimaryBackup>(shape, {0, 30}).messages);
    for (Operation k = 0; k < 30; ++k) EXPECT_EQ(Range(cluster.depth_of(k)), cost_of<PrimaryBackup>(shape, {k, 1}).delays[0]);
  }
}

TEST(PrimaryBackup, CostsByHand) {
  const auto cost = [](int ranks, const Settings& set, bool read = false, int lane = 0, int clients = 0) {
    const Shape shape = replicas_shape(ranks, set, clients);
    return PrimaryBackup::cost(shape, first_of(shape, read, lane));
  };
  EXPECT_EQ(cost(5, {}).messages, Range(8));  // 2n
  EXPECT_EQ(cost(5, {}).delays[0], Range(2));
  EXPECT_EQ(cost(5, {{"acknowledge", setting::one}}).messages, Range(8));  // 2n: all backups acknowledge
  EXPECT_EQ(cost(5, {{"acknowledge", setting::one}}).delays[0], Range(2));
  EXPECT_EQ(cost(5, {{"acknowledge", setting::none}}).messages, Range(4));  // n
  EXPECT_EQ(cost(5, {{"acknowledge", setting::none}}).delays[0], Range(0));
  EXPECT_EQ(cost(5, {{"proposers", 0}}, false, 3).messages, Range(10));  // a backup asks like a client
  EXPECT_EQ(cost(5, {{"proposers", 0}}, false, 3).delays[0], Range(4));
  EXPECT_EQ(cost(5, {}, false, 0, 1).messages, Range(10));  // 2n + 2
  EXPECT_EQ(cost(5, {}, false, 0, 1).delays[0], Range(4));
  EXPECT_EQ(cost(5, {{"acknowledge", setting::none}}, false, 0, 1).delays[0], Range(2));
  EXPECT_EQ(cost(1, {}).messages, Range(0));               // alone
  EXPECT_EQ(cost(1, {}, false, 0, 1).messages, Range(2));  // a client of one server
  EXPECT_EQ(cost(1, {}, false, 0, 1).delays[0], Range(2));
  EXPECT_EQ(cost(5, {{"reads", 50}}, true).messages, Range(0));                       // the primary reads its own
  EXPECT_EQ(cost(5, {{"reads", 50}, {"proposers", 0}}, true, 3).messages, Range(2));  // a backup asks it
  EXPECT_EQ(cost(5, {{"reads", 50}, {"proposers", 0}, {"read_from", setting::any}}, true, 3).messages, Range(0));
  EXPECT_EQ(cost(5, {{"reads", 50}, {"read_from", setting::any}}, true, 0, 2).delays[0], Range(2));
}

TEST(PrimaryBackup, AsManyOperationsReadAsTheCaseSays) {
  for (const int percent : {0, 1, 50, 99, 100}) {
    const Shape shape = replicas_shape(3, {{"reads", percent}});
    int reads = 0;
    for (Operation k = 0; k < 10'000; ++k) reads += PrimaryBackup::kind(shape, k);
    const double spread = std::sqrt(10'000 * percent / 100.0 * (1 - percent / 100.0));
    EXPECT_NEAR(reads, 100 * percent, 4 * spread) << percent << " %";
  }
}

TEST(PrimaryBackup, ClientsAskEveryReplicaWhereAnyWillDo) {
  const Shape shape = replicas_shape(4, {{"reads", 100}, {"read_from", setting::any}}, 1);
  Replicas cluster(shape);
  for (Operation k = 0; k < 64; ++k) {
    cluster.propose(k);
    cluster.run();
  }
  std::array<int, 4> asked{};
  for (const auto& sent : cluster.history().sent)
    if (sent.from == 4) ++asked[static_cast<std::size_t>(sent.to)];
  for (const int reads : asked) EXPECT_GT(reads, 4) << "of 16 on average";
}

TEST(PrimaryBackup, AcceptsWhatAReadOrAWriteMayAnswer) {
  const Shape shape = replicas_shape(3, {{"reads", 50}});
  const Operation read = first_of(shape, true), other_read = first_of(shape, true, 0, read + 3), write = first_of(shape, false);
  PayloadArena arena(4, 8);
  const Payload value = arena.allocate(8);
  const auto accepts = [&](Operation k, const Answer& answer) { return PrimaryBackup::accepts(shape, k, answer); };
  EXPECT_TRUE(accepts(write, {.outcome = 1, .of = Answer::nothing}));
  EXPECT_FALSE(accepts(write, {1, value, write}));
  EXPECT_FALSE(accepts(write, {.outcome = 0, .of = Answer::nothing}));
  EXPECT_TRUE(accepts(read, {1, value, write}));
  EXPECT_TRUE(accepts(read, {.outcome = 1, .of = Answer::initial}));
  EXPECT_FALSE(accepts(read, {1, value, Answer::initial})) << "the initial value has no bytes";
  EXPECT_FALSE(accepts(read, {.outcome = 1, .of = write})) << "without its bytes";
  EXPECT_FALSE(accepts(read, {1, value, other_read})) << "a read wrote nothing";
  EXPECT_FALSE(accepts(read, {1, value, Answer::itself}));
}

TEST(PrimaryBackup, RefusesMoreProposersThanServers) {
  EXPECT_EQ(PrimaryBackup::unfit(replicas_shape(3, {{"proposers", 3}})), "");
  EXPECT_NE(PrimaryBackup::unfit(replicas_shape(3, {{"proposers", 4}})), "");
  EXPECT_EQ(PrimaryBackup::unfit(replicas_shape(3, {}, 1)), "");
  EXPECT_NE(PrimaryBackup::unfit(replicas_shape(3, {{"proposers", 0}}, 1)), "") << "clients ask instead";
}

// ---- without failures --------------------------------------------------------------------------------------------------

TEST(PrimaryBackup, TellsTheStoryOfAWriteThatWaitsForAll) {
  Replicas cluster(replicas_shape(3), {}, 1);
  cluster.propose(0);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  update 1.0\n"
            "   0  0 → 2  update 1.0\n"
            "   1  1 → 0  held 1\n"
            "   1  2 → 0  held 1\n");
}

TEST(PrimaryBackup, TellsTheStoryOfAClientWhoseWriteWaitsForNobody) {
  Replicas cluster(replicas_shape(3, {{"acknowledge", setting::none}}, 1), {}, 1);
  cluster.propose(0);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  3 → 0  write 0\n"
            "   1  0 → 1  update 1.0\n"
            "   1  0 → 2  update 1.0\n"
            "   1  0 → 3  written 0\n");
}

TEST(PrimaryBackup, AWriteThatWaitsForOneIsAnsweredBeforeTheSlowestBackupHasIt) {
  for (const std::int64_t acknowledge : {setting::all, setting::one}) {
    Replicas cluster(replicas_shape(3, {{"acknowledge", acknowledge}, {"timeout_us", 1}}), {}, 1);
    cluster.cut(0, 2);
    cluster.propose(0);
    cluster.run_until(500);
    EXPECT_EQ(cluster.has_ended(0), acknowledge == setting::one);
    cluster.mend();
    cluster.run();
    cluster.expect_end();
    EXPECT_EQ(cluster.machine(2).writer(), 0) << "it is told again";
  }
}

TEST(PrimaryBackup, AReplicaMayShowAnOldValueAndThePrimaryDoesNot) {
  for (const std::int64_t read_from : {setting::primary, setting::any}) {
    const Shape shape = replicas_shape(
        3, {{"acknowledge", setting::none}, {"reads", 50}, {"read_from", read_from}, {"proposers", 0}, {"timeout_us", 1}});
    Replicas cluster(shape);
    const Operation write = first_of(shape, false), read = first_of(shape, true, 2);
    cluster.cut(0, 1);
    cluster.propose(write);
    EXPECT_EQ(cluster.value_of(write), Answer::nothing) << "at once";
    cluster.propose(read);
    cluster.mend();
    cluster.run();
    EXPECT_EQ(cluster.value_of(read), read_from == setting::any ? Answer::initial : write);
  }
}

TEST(PrimaryBackup, AReadWaitsForNoWriteThatNoBackupHas) {
  const Shape shape = replicas_shape(3, {{"reads", 50}});
  Replicas cluster(shape);
  const Operation write = first_of(shape, false), read = first_of(shape, true, 0, write);
  cluster.propose(write);
  cluster.propose(read);
  EXPECT_EQ(cluster.value_of(read), Answer::initial) << "the write has not been answered";
  cluster.run();
  cluster.expect_end();
}

}  // namespace
}  // namespace coordbench::testing::primary_backup::primary_backup_test
