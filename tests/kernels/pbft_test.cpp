#include "kernels/pbft.hpp"

#include <gtest/gtest.h>

#include "tests/safety/pbft/words.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::pbft_test {
namespace {

using World = Cluster<Pbft>;
using coordbench::pbft::Setting;

Shape pbft_shape(int ranks, const Settings& set = {}, int in_flight = 1, int clients = 0) {
  Shape shape = shape_of<Pbft>(ranks, 8, set);
  shape.in_flight = in_flight;
  shape.clients = clients;
  return shape;
}
std::int64_t counted(const World& world) {
  const Traffic traffic = world.traffic();
  return traffic.messages_sent - traffic.background_messages;
}

constexpr Time kTimeout = 1'000'000;  ///< ns; a message of the perfect network takes one
const Settings kTimesOut{{"timeout_us", kTimeout / 1000}};

/// Until nothing happens, or before the first status of replicas that time out.
void rest(World& world) {
  if (Pbft::times_out(world.shape()))
    world.run_until(world.now() + 100);
  else
    world.run();
}

/// Operations proposed back to back, to their rest.
void expect_declared_costs(const Shape& shape, std::int64_t operations) {
  ASSERT_EQ(Pbft::unfit(shape), "");
  World world(shape, {}, operations);
  for (Operation k = 0; k < operations; ++k) world.propose(k);
  rest(world);
  const Cost cost = Pbft::cost(shape, {.count = operations});
  EXPECT_EQ(Range(counted(world)), cost.messages) << "N = " << shape.ranks;
  for (std::size_t mark = 0; mark < Pbft::marks.size(); ++mark)
    EXPECT_EQ(world.observer().deepest(static_cast<int>(mark)), cost.delays[mark].least)
        << "N = " << shape.ranks << ", " << mark;
  std::size_t due = 0;
  for (Operation k = 0; k < operations; ++k)
    for (int mark = 0; mark < static_cast<int>(Pbft::marks.size()); ++mark)
      for (Rank rank = 0; rank < shape.members(); ++rank) due += reaches<Pbft>(shape, mark, rank, k) ? 1 : 0;
  EXPECT_EQ(world.observer().reached.size(), due) << "N = " << shape.ranks;
  for (const auto& it : world.observer().reached) EXPECT_TRUE(reaches<Pbft>(shape, it.mark, it.rank, it.operation));
  for (const auto& it : world.observer().answered) EXPECT_TRUE(it.is_accepted && it.payload_is_right);
}

TEST(Pbft, CostsWhatItDeclares) {
  for (const int ranks : {4, 5, 6, 7, 8, 9, 10, 13, 16, 31})
    for (const int clients : {0, 1, 2, 3, 4})
      for (const std::int64_t tentative : {0, 1})
        for (const Settings& set : {Settings{}, kTimesOut})
          if (clients > 0 || tentative == 0) {
            Settings all = set;
            all.emplace_back("tentative", tentative);
            expect_declared_costs(pbft_shape(ranks, all, 5, clients), 5);
          }
}

TEST(Pbft, CostsByHand) {
  const auto cost = [](int ranks, int clients, std::int64_t tentative = 0) {
    return Pbft::cost(pbft_shape(ranks, {{"tentative", tentative}}, 1, clients), {});
  };
  const std::vector<std::array<int, 3>> table{{4, 29, 24}, {7, 92, 84}, {10, 191, 180}, {13, 326, 312}, {16, 497, 480}};
  for (const auto& [ranks, with_client, replicas_only] : table) {
    EXPECT_EQ(cost(ranks, 1).messages, Range(with_client)) << ranks;
    EXPECT_EQ(cost(ranks, 1, 1).messages, Range(with_client)) << ranks;
    EXPECT_EQ(cost(ranks, 0).messages, Range(replicas_only)) << ranks;
  }
  const auto least = [](const Cost& c) { return std::vector<double>{c.delays[0].least, c.delays[1].least, c.delays[2].least}; };
  EXPECT_EQ(least(cost(4, 0)), (std::vector<double>{2, 3, 3}));
  EXPECT_EQ(least(cost(4, 1)), (std::vector<double>{3, 4, 5}));
  EXPECT_EQ(least(cost(4, 1, 1)), (std::vector<double>{3, 4, 4}));
}

TEST(Pbft, CostsTheSameWhateverOvertakesWhat) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const int clients = static_cast<int>(seed % 5), ranks = 4 + static_cast<int>(seed % 7);
    const Shape shape = pbft_shape(ranks, {{"tentative", clients > 0 ? seed / 5 % 2 : 0}, {"checkpoint", 3}}, 1, clients);
    World world(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50}, 8);
    for (Operation k = 0; k < 8; ++k) {
      world.propose(k);
      world.run();
      ASSERT_TRUE(world.has_ended(k));
    }
    const Cost cost = Pbft::cost(shape, {.count = 8});
    EXPECT_EQ(Range(counted(world)), cost.messages) << "seed " << seed;
    for (const auto& it : world.observer().reached) {
      EXPECT_GE(it.depth, cost.delays[static_cast<std::size_t>(it.mark)].least) << "seed " << seed;
      EXPECT_LE(it.depth, cost.delays[static_cast<std::size_t>(it.mark)].most) << "seed " << seed;
    }
  }
}

/// A window that is longer than the log: the primary waits for checkpoints, and nothing is dropped.
TEST(Pbft, TellsOfItsStateEveryCheckpoint) {
  for (const std::int64_t checkpoint : {1, 2, 5, 7, 40})
    for (const int in_flight : {1, 4, 16})
      for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const Shape shape = pbft_shape(4, {{"checkpoint", checkpoint}}, in_flight);
        World world(shape, {.seed = seed, .delay = Faults::Delay::heavy_tail, .delay_most_ns = 4000, .fifo = true}, 40);
        for (Operation k = 0; k < 40; ++k) {
          while (k >= in_flight && !world.has_ended(k - in_flight)) ASSERT_TRUE(world.step());
          world.propose(k);
        }
        world.run();
        EXPECT_EQ(world.traffic().background_messages, 4 * 3 * (40 / checkpoint));
        EXPECT_EQ(Range(counted(world)), Pbft::cost(shape, {.count = 40}).messages);
        for (Rank rank = 0; rank < 4; ++rank) {
          EXPECT_EQ(world.machine(rank).replica().executed, 40U);
          EXPECT_EQ(world.machine(rank).replica().stable,
                    static_cast<coordbench::pbft::Sequence>(40 / checkpoint * checkpoint));
        }
      }
}

TEST(Pbft, TellsTheStoryOfOneOperation) {
  World world(pbft_shape(4, {}, 1, 1), {}, 1);
  world.propose(0);
  world.run();
  EXPECT_EQ(world.observer().conversation([](const auto& message) { return pbft::describe(message); }),
            "   0  4 → 0  please do operation 0\n"
            "   1  0 → 1  view 0: operation 0 gets number 1\n"
            "   1  0 → 2  view 0: operation 0 gets number 1\n"
            "   1  0 → 3  view 0: operation 0 gets number 1\n"
            "   2  1 → 2  view 0: prepare 1 as operation 0\n"
            "   2  1 → 3  view 0: prepare 1 as operation 0\n"
            "   2  1 → 0  view 0: prepare 1 as operation 0\n"
            "   2  2 → 3  view 0: prepare 1 as operation 0\n"
            "   2  2 → 0  view 0: prepare 1 as operation 0\n"
            "   2  2 → 1  view 0: prepare 1 as operation 0\n"
            "   2  3 → 0  view 0: prepare 1 as operation 0\n"
            "   2  3 → 1  view 0: prepare 1 as operation 0\n"
            "   2  3 → 2  view 0: prepare 1 as operation 0\n"
            "   3  2 → 3  view 0: commit 1 as operation 0\n"
            "   3  2 → 0  view 0: commit 1 as operation 0\n"
            "   3  2 → 1  view 0: commit 1 as operation 0\n"
            "   3  3 → 0  view 0: commit 1 as operation 0\n"
            "   3  3 → 1  view 0: commit 1 as operation 0\n"
            "   3  3 → 2  view 0: commit 1 as operation 0\n"
            "   3  0 → 1  view 0: commit 1 as operation 0\n"
            "   3  0 → 2  view 0: commit 1 as operation 0\n"
            "   3  0 → 3  view 0: commit 1 as operation 0\n"
            "   3  1 → 2  view 0: commit 1 as operation 0\n"
            "   3  1 → 3  view 0: commit 1 as operation 0\n"
            "   3  1 → 0  view 0: commit 1 as operation 0\n"
            "   4  0 → 4  operation 0 is done: 0\n"
            "   4  1 → 4  operation 0 is done: 0\n"
            "   4  2 → 4  operation 0 is done: 0\n"
            "   4  3 → 4  operation 0 is done: 0\n");
}

TEST(Pbft, RefusesWhatCannotRun) {
  for (int ranks = 1; ranks <= 40; ++ranks) EXPECT_EQ(Pbft::unfit(pbft_shape(ranks)).empty(), ranks >= 4);
  EXPECT_NE(Pbft::unfit(pbft_shape(4, {{"tentative", 1}})), "");
  EXPECT_EQ(Pbft::unfit(pbft_shape(4, {{"tentative", 1}}, 1, 1)), "");
}

/// Any two quorums share a replica that is no traitor, and the traitors cannot stop a quorum.
TEST(Pbft, HasQuorumsThatMeet) {
  for (int ranks = 4; ranks <= 100; ++ranks) {
    const Setting setting(pbft_shape(ranks));
    EXPECT_LE(3 * setting.faults + 1, ranks);
    EXPECT_GE(2 * setting.quorum - ranks, setting.faults + 1);
    EXPECT_LE(setting.quorum, ranks - setting.faults);
    EXPECT_TRUE(ranks % 3 != 1 || setting.quorum == 2 * setting.faults + 1);
  }
}

}  // namespace
}  // namespace coordbench::testing::pbft_test
