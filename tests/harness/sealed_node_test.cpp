// Nodes of a protocol that bears authentication, in the simulated world: what is refused never reaches the machine.

#include <gtest/gtest.h>

#include "tests/harness/tiny_kernels.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::sealed_node_test {
namespace {

constexpr std::array kAll{Authentication::none, Authentication::mac, Authentication::signature};

Shape shape_with(Authentication way, std::int64_t bytes = 24) {
  Shape shape = shape_of<Hearsay>(3, bytes);
  shape.authentication = way;
  return shape;
}

TEST(SealedNode, PassesOnWhatIsGenuineAndCountsItsBytes) {
  for (const Primitives primitives : {Primitives::fast, Primitives::libsodium})
    for (const Authentication way : kAll)
      for (const std::int64_t bytes : {0, 24}) {
        Cluster<Hearsay> cluster(shape_with(way, bytes), {}, 64, {}, primitives);
        cluster.propose(0);
        cluster.run();
        EXPECT_TRUE(cluster.has_ended(0)) << static_cast<int>(way);
        const Traffic traffic = cluster.traffic();
        EXPECT_EQ(traffic.messages_sent, 3);
        EXPECT_EQ(traffic.refused, Refused{});
        const auto headers = static_cast<std::int64_t>(3 * (sizeof(Hearsay::Message) + sizeof(Depth) + trailer_bytes(way)));
        EXPECT_EQ(traffic.bytes_sent(), headers + bytes + std::int64_t{16 + 120}) << static_cast<int>(way);
      }
}

}  // namespace
}  // namespace coordbench::testing::sealed_node_test
