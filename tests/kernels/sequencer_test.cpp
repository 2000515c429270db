#include "kernels/sequencer.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/kernels/sequencer_group.hpp"

namespace coordbench::testing::sequencer::sequencer_test {
namespace {

std::int64_t spoken(const Group& group, Kind kind) {
  const auto& sent = group.history().sent;
  return std::count_if(sent.begin(), sent.end(), [kind](const auto& spoken) { return spoken.message.kind == kind; });
}

std::int64_t messages_of(const History<Sequencer>& history, Operation k) {
  return std::count_if(history.sent.begin(), history.sent.end(), [k](const auto& spoken) {
    return spoken.message.count > 0 && static_cast<Operation>(spoken.message.first) == k;
  });
}

/// Each operation's messages, delays, and ranks that have a mark, are what is declared.
void expect_declared_costs(const Group& group, Operation operations) {
  const Shape& shape = group.shape();
  for (Operation k = 0; k < operations; ++k) {
    const Cost cost = Sequencer::cost(shape, k);
    EXPECT_EQ(Range(messages_of(group.history(), k)), cost.messages) << "N = " << shape.ranks << ", operation " << k;
    for (int mark = 0; mark < static_cast<int>(Sequencer::marks.size()); ++mark)
      EXPECT_EQ(Range(deepest(group.history(), k, mark)), cost.delays[static_cast<std::size_t>(mark)])
          << "N = " << shape.ranks << ", operation " << k << ", mark " << mark;
  }
  std::vector<std::tuple<Operation, int, Rank>> declared, found;
  for (Operation k = 0; k < operations; ++k)
    for (int mark = 0; mark < 2; ++mark)
      for (Rank rank = 0; rank < shape.ranks; ++rank)
        if (Sequencer::reaches(shape, mark, rank, k)) declared.emplace_back(k, mark, rank);
  for (const auto& it : group.history().reached) found.emplace_back(it.operation, it.mark, it.rank);
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, declared) << "N = " << shape.ranks;
}

/// Twice as many operations as senders or shards, one after the other, on a perfect network.
void expect_declared_costs(const Shape& shape) {
  const Operation operations = 2 * std::max<Operation>(Sequencer::proposers(shape), shape["shards"]);
  Group group(shape, {}, operations);
  for (Operation k = 0; k < operations; ++k) {
    group.propose(k);
    group.run();
  }
  group.expect_end();
  expect_declared_costs(group, operations);
}

TEST(Sequencer, CostsWhatItDeclaresWhoeverSendsAndWhoeverOrders) {
  for (int ranks = 1; ranks <= 64; ranks += ranks < 17 ? 1 : 47)
    for (const std::int64_t variant : {kUB, kBB, kUUB})
      for (std::int64_t shards = 1; shards <= std::min(3, ranks); ++shards)
        for (const std::int64_t senders : {1, std::min(2, ranks), 0})
          expect_declared_costs(sequencer_shape(ranks, {{"variant", variant}, {"shards", shards}, {"senders", senders}}));
}

TEST(Sequencer, CostsWhatItDeclaresForEveryN) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t variant : {kUB, kBB, kUUB})
      for (std::int64_t shards = 1; shards <= std::min(3, ranks); ++shards)
        expect_declared_costs(sequencer_shape(ranks, {{"variant", variant}, {"shards", shards}, {"senders", 2 * ranks / 3}}));
}

TEST(Sequencer, CostsByHandAtFiveRanks) {  // n = 4; the sequencer is rank 4, and a second one rank 3
  const auto cost = [](const Settings& set, Operation k) { return Sequencer::cost(sequencer_shape(5, set), k); };
  EXPECT_EQ(cost({}, 0).messages, Range(5));
  EXPECT_EQ(cost({{"variant", kBB}}, 0).messages, Range(8));
  EXPECT_EQ(cost({}, 4).messages, Range(4));
  EXPECT_EQ(cost({{"variant", kBB}}, 4).messages, Range(4));
  EXPECT_EQ(cost({}, 0).delays[Sequencer::delivered], Range(2));
  EXPECT_EQ(cost({}, 4).delays[Sequencer::delivered], Range(1));
  EXPECT_EQ(cost({{"shards", 2}}, 3).messages, Range(4));  // shard 1, whose sequencer rank 3 sends it
  EXPECT_EQ(cost({{"shards", 2}}, 4).messages, Range(4));  // shard 0, which rank 4 orders and sends
  EXPECT_EQ(cost({{"shards", 2}}, 9).messages, Range(5));  // rank 4's, in shard 1
  EXPECT_EQ(cost({{"senders", 1}}, 4).messages, Range(5));
  EXPECT_EQ(cost({{"variant", kUUB}}, 0).messages, Range(6)) << "a request, a number, and a payload to four: N + 1";
  EXPECT_EQ(cost({{"variant", kUUB}}, 0).delays[Sequencer::ordered], Range(1));
  EXPECT_EQ(cost({{"variant", kUUB}}, 0).delays[Sequencer::delivered], Range(3));
  EXPECT_EQ(cost({{"variant", kUUB}}, 4).messages, Range(4)) << "the sequencer need not ask itself";
  EXPECT_EQ(cost({{"variant", kUUB}}, 4).delays[Sequencer::delivered], Range(1));
}

TEST(Sequencer, CostsTheSameWhateverOvertakesWhat) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Shape shape = sequencer_shape(
        6, {{"variant", static_cast<std::int64_t>(seed % 3)}, {"shards", 1 + static_cast<std::int64_t>(seed / 3 % 3)}}, 4);
    Group group(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50}, 24);
    for (Operation k = 0; k < 24; ++k) group.propose(k);
    group.run();
    group.expect_end();
    expect_declared_costs(group, 24);
  }
}

TEST(Sequencer, DeliversInOneOrderWhateverOvertakesWhat) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Shape shape = sequencer_shape(5, {{"variant", static_cast<std::int64_t>(seed % 3)}}, 4);
    Group group(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50}, 20);
    for (Operation k = 0; k < 20; ++k) group.propose(k);
    group.run();
    for (Rank rank = 1; rank < 5; ++rank) EXPECT_EQ(group.delivered_at(rank), group.delivered_at(0)) << "seed " << seed;
    EXPECT_EQ(group.delivered_at(0).size(), 20U);
  }
}

/// Two operations of different shards, the second of which reaches rank 0 first and rank 1 last.
TEST(Sequencer, DoesNotOrderShardsAgainstEachOther) {
  int different = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Shape shape = sequencer_shape(4, {{"shards", 2}, {"senders", 2}});
    Group group(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50}, 2);
    group.propose(0);
    group.propose(1);
    group.run();
    group.expect_end();
    different += group.delivered_at(0) != group.delivered_at(1) ? 1 : 0;
  }
  EXPECT_GT(different, 5) << "one order for all shards would need more messages than these";
}

/// What arrives before its turn has nowhere to go but the window, so the sequencer waits for a rank that takes nothing.
TEST(Sequencer, WaitsForTheRankThatLagsMost) {
  for (const std::int64_t variant : {kUB, kBB, kUUB}) {
    const Shape shape = sequencer_shape(4, {{"variant", variant}, {"senders", 1}, {"keep", 8}});
    Group group(shape, {}, 40);
    group.pause(1);
    Operation next = 0;
    while (next < 40) {
      group.propose(next++);
      group.run();
      if (!group.has_ended(next - 1)) break;
    }
    EXPECT_EQ(next, 9) << "eight numbers may be outstanding, and the ninth operation waits";
    group.resume(1);
    group.run();
    EXPECT_TRUE(group.has_ended(8));
    for (; next < 40; ++next) {
      group.propose(next);
      group.run();
      EXPECT_TRUE(group.has_ended(next));
    }
    group.expect_end();
  }
}

TEST(Sequencer, AcknowledgesEveryQuarterOfWhatItKeepsAndNothingElseIsSentAgain) {
  for (const std::int64_t timeout_us : {0, 1000}) {
    const Shape shape = sequencer_shape(4, {{"keep", 16}, {"timeout_us", timeout_us}});
    Group group(shape, {}, 64);
    for (Operation k = 0; k < 64; ++k) {
      group.propose(k);
      while (!group.has_ended(k)) ASSERT_TRUE(group.step()) << k << "\n" << group.conversation();
    }
    group.run();
    group.expect_end();
    EXPECT_EQ(group.traffic().background_messages, 3 * 64 / 4);
    EXPECT_EQ(spoken(group, Kind::acknowledge), 3 * 64 / 4);
  }
}

/// More operations than any buffer holds, while senders and shards drift apart. No observer keeps a history of them, because
/// only their ends and their messages are checked.
TEST(Sequencer, EndsHundredThousandOperations) {
  for (const std::int64_t variant : {kUB, kBB, kUUB}) {
    Shape shape = sequencer_shape(4, {{"variant", variant}, {"shards", 2}, {"keep", 16}}, 8);
    shape.payload_bytes = 0;
    constexpr Operation kOperations = 100'000;
    Cluster<Sequencer, Unobserved> group(shape, {.seed = 3, .delay = Faults::Delay::uniform, .delay_most_ns = 9}, kOperations);
    std::array<Operation, 4> oldest{0, 1, 2, 3}, next = oldest;
    const auto is_open = [&](std::size_t lane) { return oldest[lane] < kOperations; };
    while (is_open(0) || is_open(1) || is_open(2) || is_open(3)) {
      for (std::size_t lane = 0; lane < 4; ++lane) {
        while (oldest[lane] < next[lane] && group.has_ended(oldest[lane])) oldest[lane] += 4;
        for (; next[lane] < kOperations && next[lane] - oldest[lane] < 4 * 8; next[lane] += 4) group.propose(next[lane]);
      }
      if (!group.step()) break;
    }
    EXPECT_FALSE(is_open(0) || is_open(1) || is_open(2) || is_open(3));
    group.run();
    const Cost cost = cost_of<Sequencer>(shape, {.first = 0, .count = kOperations});
    EXPECT_EQ(Range(group.traffic().messages_sent - group.traffic().background_messages), cost.messages);
  }
}

TEST(Sequencer, RefusesMoreSendersOrShardsThanRanks) {
  EXPECT_EQ(Sequencer::unfit(sequencer_shape(3, {{"shards", 3}, {"senders", 3}})), "");
  EXPECT_EQ(Sequencer::unfit(sequencer_shape(3, {{"shards", 4}})),
            "shards is 4, more than the 3 of the ranks; choose at most as many");
  EXPECT_EQ(Sequencer::unfit(sequencer_shape(3, {{"senders", 4}})),
            "senders is 4, more than the 3 of the ranks; choose at most as many");
  EXPECT_EQ(Sequencer::unfit(sequencer_shape(3, {{"keep", 3}})), "keep is 3; choose a power of two, or 0");
}

}  // namespace
}  // namespace coordbench::testing::sequencer::sequencer_test
