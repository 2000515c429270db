// What the simulated world's configuration service does: it excludes ranks that are down, and tells everybody once, in order.

#include <gtest/gtest.h>

#include "tests/safety/play.hpp"
#include "tests/support/cluster.hpp"

namespace coordbench::testing::configurations_test {
namespace {

/// Says nothing; remembers what it was told.
class Told {
 public:
  struct Message {
    std::uint32_t first = 0, count = 0;
  };
  using Out = Outbox<Message>;
  static constexpr About about{.level = 0,
                               .group = "replication",
                               .promise = "",
                               .messages = "0",
                               .delays = "0",
                               .source = "",
                               .latency = Latency::proposer};
  static constexpr std::array marks{Mark{.name = "done"}};
  static Cost cost(const Shape& /*shape*/, Operation /*k*/) { return {}; }

  Told(const Shape& /*shape*/, Rank /*self*/) {}
  void propose(Operation /*k*/, Payload /*payload*/, Out& /*out*/) {}
  void step(Rank /*from*/, const Message& /*message*/, const Payload& /*payload*/, Out& /*out*/) {}
  void configure(const Configuration& configuration, Out& /*out*/) {
    is_in_order &= configuration.epoch > now.epoch;
    now = configuration;
    ++times;
  }
  void restart(Out& /*out*/) { knew_at_restart = now; }
  [[nodiscard]] Answer answer(Operation /*k*/) const { return {}; }

  Configuration now{}, knew_at_restart{};
  int times = 0;
  bool is_in_order = true;
};
using World = Cluster<Told>;

Shape shape_of(int ranks) { return {.ranks = ranks}; }

TEST(Configurations, ACrashedRankIsExcludedAndEveryLivingRankIsToldOnce) {
  World world(shape_of(3));
  world.crash(1);
  world.exclude(1);
  world.run();
  for (const Rank rank : {0, 2}) {
    EXPECT_EQ(world.machine(rank).now.epoch, 1U);
    EXPECT_TRUE(world.machine(rank).now.is_down(1));
    EXPECT_FALSE(world.machine(rank).now.is_down(0));
    EXPECT_EQ(world.machine(rank).times, 1);
  }
  EXPECT_EQ(world.machine(1).times, 0);
}

TEST(Configurations, ARankThatIsBackIsToldTheNewestBeforeAnythingElse) {
  World world(shape_of(3));
  world.crash(1);
  world.exclude(1);
  world.run();
  world.restart(1);
  EXPECT_TRUE(world.machine(1).knew_at_restart.is_down(1));
  EXPECT_EQ(world.machine(1).times, 1);
  world.crash(1, /*forgets=*/true);
  world.restart(1);
  EXPECT_EQ(world.machine(1).now.epoch, 1U) << "a machine made anew is told, too";
}

TEST(Configurations, ARankThatIsUpIsNotExcludedNorIsTheLastOne) {
  World world(shape_of(2));
  world.exclude(0);
  EXPECT_EQ(world.configuration().epoch, 0U);
  world.crash(0);
  world.exclude(0);
  world.crash(1);
  world.exclude(1);
  EXPECT_EQ(world.configuration().epoch, 1U);
  EXPECT_FALSE(world.configuration().is_down(1));
}

TEST(Configurations, TheAdversaryHasThemMadeAndTheyComeInOrder) {
  std::int64_t exclusions = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Faults faults{.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 40 * kHop};
    faults.crash_every_ns = 10 * kHop, faults.crash_lasts_ns = 50 * kHop, faults.notices_after_ns = 10 * kHop;
    faults.heals_at_ns = 500 * kHop;
    World world(shape_of(6), faults);
    world.run();
    exclusions += world.happened().exclusions;
    EXPECT_EQ(world.configuration().epoch, static_cast<std::uint32_t>(world.happened().exclusions));
    for (Rank rank = 0; rank < 6; ++rank) {
      EXPECT_EQ(world.machine(rank).now.down, world.configuration().down);
      EXPECT_TRUE(world.machine(rank).is_in_order);
    }
  }
  EXPECT_GT(exclusions, 200);
}

}  // namespace
}  // namespace coordbench::testing::configurations_test
