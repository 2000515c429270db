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

/// Operations proposed back to back, to their rest.
void expect_declared_costs(const Shape& shape, std::int64_t operations) {
  ASSERT_EQ(Pbft::unfit(shape), "");
  World world(shape, {}, operations);
  for (Operation k = 0; k < operations; ++k) world.propose(k);
  world.run();
  const Cost cost = Pbft::cost(shape, {.count = operations});
  EXPECT_EQ(Range(counted(world)), cost.messages) << "N = " << shape.ranks;
  for (std::size_t mark = 0; mark < Pbft::marks.size(); ++mark)
    EXPECT_EQ(world.observer().deepest(static_cast<int>(mark)), cost.delays[mark].least) << "N = " << shape.ranks << ", " << mark;
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
    for (const int clients : {0, 1, 2, 3, 4}) expect_declared_costs(pbft_shape(ranks, {}, 5, clients), 5);
}

TEST(Pbft, CostsByHand) {
  const auto messages = [](int ranks, int clients) { return Pbft::cost(pbft_shape(ranks, {}, 1, clients), {}).messages; };
  const std::vector<std::array<int, 3>> table{{4, 29, 24}, {7, 92, 84}, {10, 191, 180}, {13, 326, 312}, {16, 497, 480}};
  for (const auto& [ranks, with_client, replicas_only] : table) {
    EXPECT_EQ(messages(ranks, 1), Range(with_client)) << ranks;
    EXPECT_EQ(messages(ranks, 0), Range(replicas_only)) << ranks;
  }
}

}  // namespace
}  // namespace coordbench::testing::pbft_test
