// Ranks of one node among others, as threads: who shares memory finds one another by their numbers in the case, and needs no
// room for the rest.

#include <gtest/gtest.h>

#include "harness/transport/shared_memory_endpoint.hpp"
#include "harness/transport/shared_memory_transport.hpp"
#include "tests/harness/shared_memory/thread_region.hpp"

namespace coordbench::testing::shared_memory_node_test {
namespace {

constexpr int kMembers = 6, kNodes = 2, kSharing = 3;  // 0, 2, 4 and 1, 3, 5

struct Numbered {
  std::int64_t number;
};
using SharedTransport = SharedMemoryTransport<Numbered>;

constexpr TransportSize kSize{
    .posted_receives = 4, .leases = 40, .payload_capacity = 1000, .window = 16, .backlog = 4096, .source = std::nullopt};

TEST(Node, HasRoomForThoseOfItsRanksThatAreInTheCase) {
  constexpr std::size_t kPart = 64 << 10, kRing = 16;
  const ThreadRegion region(kMembers + 1, kPart);  // the last rank is of the first node, and outside the case
  const SharedRegion seen = region.seen_by(2, kNodes).laid_out(kMembers, kRing);
  EXPECT_EQ(seen.members(), kMembers);
  for (Rank rank = 0; rank < kMembers; ++rank) EXPECT_EQ(seen.has(rank), rank % kNodes == 0);
  for (const Rank rank : {0, 2, 4}) EXPECT_EQ(seen.arena(rank).size(), kPart - SharedRegion::ring_bytes(kSharing, kRing));
  EXPECT_EQ(seen.ring(4, 0) - seen.ring(0, 0), 2 * static_cast<std::ptrdiff_t>(kRing)) << "third of the three";
}

TEST(Node, HasNoRoomForWhoIsNoNeighbour) {
  constexpr std::size_t kPart = 64 << 10, kRing = 16;
  const ThreadRegion region(kMembers, kPart);
  const SharedRegion seen = region.seen_by(2).laid_out(kMembers, kRing, Neighbours(2, 2));
  for (Rank rank = 0; rank < kMembers; ++rank) EXPECT_EQ(seen.has(rank), rank == 2 || rank == 3);
  EXPECT_EQ(seen.arena(3).size(), kPart - SharedRegion::ring_bytes(2, kRing));
}

TEST(Node, TransportCarriesPayloadsBetweenItsRanks) {
  const std::size_t ring = SharedTransport::size_of_ring(kSize);
  ThreadRegion region(kMembers, SharedRegion::ring_bytes(kSharing, ring) + SharedTransport::arena_bytes(kSize));
  constexpr std::int64_t kMessages = 200;
  region.run(
      [&](Rank rank) {
        return std::make_unique<SharedTransport>(region.seen_by(rank, kNodes).laid_out(kMembers, ring), kSize, true);
      },
      [&](Rank rank, SharedTransport& transport) {
        std::vector<std::int64_t> expected(kMembers, 0);
        std::int64_t left = kMessages * (kSharing - 1);
        const auto take = [&](Rank from, const Numbered& message, Depth, const Payload& payload) {
          EXPECT_EQ(from % kNodes, rank % kNodes);
          EXPECT_EQ(message.number, expected.at(static_cast<std::size_t>(from))++);
          EXPECT_TRUE(Pattern::of(1, message.number, from).matches(payload.bytes()));
          --left;
        };
        for (std::int64_t i = 0; i < kMessages; ++i) {
          Payload payload;
          while (!(payload = transport.allocate(1000))) transport.poll(take);
          Pattern::of(1, i, rank).fill(payload.bytes());
          for (Rank to = rank % kNodes; to < kMembers; to += kNodes)
            if (to != rank) transport.send(to, {i}, 1, payload);
        }
        while (left > 0 || transport.has_waiting()) transport.poll(take);
      });
}

TEST(Node, EndpointExchangesAroundItsRanks) {
  constexpr std::size_t kBytes = 20'000;
  const std::size_t ring = SharedMemoryEndpoint::size_of_ring(1);
  ThreadRegion region(kMembers, SharedRegion::ring_bytes(kSharing, ring) + SharedMemoryEndpoint::bounce_bytes() + kBytes);
  region.run(
      [&](Rank rank) {
        return std::make_unique<SharedMemoryEndpoint>(region.seen_by(rank, kNodes).laid_out(kMembers, ring), 1,
                                                      now_ns() + 60'000'000'000, true);
      },
      [&](Rank rank, SharedMemoryEndpoint& endpoint) {
        const SharedRegion seen = region.seen_by(rank, kNodes).laid_out(kMembers, ring);
        const std::span<std::byte> out = SharedMemoryEndpoint::lendable(seen).first(kBytes);
        const Rank next = (rank + kNodes) % kMembers, previous = (rank + kMembers - kNodes) % kMembers;
        std::vector<std::byte> in(kBytes);
        for (int i = 0; i < 50; ++i) {
          Pattern::of(5, i, rank).fill(out);
          endpoint.exchange(next, out, previous, in);
          EXPECT_TRUE(Pattern::of(5, i, previous).matches(in));
        }
      });
}

}  // namespace
}  // namespace coordbench::testing::shared_memory_node_test
