// The two-sided transport and the clocks on the ranks that mpirun gave.

#include "harness/transport/mpi_transport.hpp"

#include <gtest/gtest.h>

#include <set>

#include "harness/clocks/clocks.hpp"
#include "tests/support/mpi_world.hpp"

namespace coordbench::testing::mpi_transport_mpi_test {
namespace {

struct Numbered {
  std::int64_t number;
};
constexpr int kTag = 7000;

class Transport : public ::testing::Test {
 protected:
  static TransportSize size(std::size_t payload_capacity, std::size_t window = 4) {
    return {.posted_receives = 4,
            .leases = 64,
            .payload_capacity = payload_capacity,
            .window = window,
            .backlog = 4096,
            .source = std::nullopt};
  }
  static void TearDownTestSuite() { MPI_Barrier(world().all()); }

  /// Takes messages until `count` have come or twenty seconds are over.
  template <class Receive>
  static void receive(MpiTransport<Numbered>& transport, std::int64_t count, Receive&& handle) {
    const Time until = now_ns() + 20'000'000'000;
    for (std::int64_t taken = 0; taken < count && now_ns() < until;) taken += transport.poll(handle) ? 1 : 0;
  }
  /// Lets sends complete before the transport goes away; nothing more is expected to arrive.
  static void settle(MpiTransport<Numbered>& transport) {
    MPI_Request request;
    MPI_Ibarrier(world().all(), &request);
    for (int done = 0; !done;) {
      EXPECT_FALSE(transport.poll([](Rank, const Numbered&, Depth, const Payload&) {}));
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    }
  }
  Rank next = (world().rank() + 1) % world().size();
  Rank previous = (world().rank() + world().size() - 1) % world().size();
};

TEST_F(Transport, KeepsTheOrderOfAFloodBeyondEveryWindow) {
  if (world().size() == 1) return;
  MpiTransport<Numbered> transport(world().control(), kTag, size(0));
  constexpr std::int64_t kMessages = 2000;
  for (std::int64_t i = 0; i < kMessages; ++i) transport.send(next, {i}, static_cast<Depth>(i), Payload());
  std::int64_t expected = 0;
  receive(transport, kMessages, [&](Rank from, const Numbered& message, Depth depth, const Payload& payload) {
    EXPECT_EQ(from, previous);
    EXPECT_EQ(depth, message.number);
    EXPECT_EQ(message.number, expected++);
    EXPECT_FALSE(payload);
  });
  EXPECT_EQ(expected, kMessages);
  settle(transport);
}

TEST_F(Transport, CarriesAMebibyteToEveryoneFromOneLease) {
  MpiTransport<Numbered> transport(world().control(), kTag + 1, size(1 << 20));
  if (world().is_root()) {
    Payload payload = transport.allocate(1 << 20);
    Pattern::of(1, 2, 3).fill(payload.bytes());
    for (Rank to = 1; to < world().size(); ++to)
      transport.send(to, {to % 2}, kDepthMax, payload);  // two different headers in flight
  } else {
    receive(transport, 1, [&](Rank from, const Numbered& message, Depth depth, const Payload& payload) {
      EXPECT_EQ(from, 0);
      EXPECT_EQ(message.number, world().rank() % 2);
      EXPECT_EQ(depth, kDepthMax);
      EXPECT_TRUE(Pattern::of(1, 2, 3).matches(payload.bytes()));
    });
  }
  settle(transport);
}

TEST_F(Transport, LetsAReceiverKeepWhatArrived) {
  if (world().size() == 1) return;
  MpiTransport<Numbered> transport(world().control(), kTag + 2, size(64));
  constexpr std::int64_t kMessages = 20;
  for (std::int64_t i = 0; i < kMessages; ++i) {
    Payload payload = transport.allocate(64);
    Pattern::of(9, i, world().rank()).fill(payload.bytes());
    transport.send(next, {i}, 1, payload);
  }
  std::vector<Payload> kept;
  receive(transport, kMessages, [&](Rank, const Numbered&, Depth, const Payload& payload) { kept.push_back(payload); });
  ASSERT_EQ(kept.size(), static_cast<std::size_t>(kMessages));
  for (std::int64_t i = 0; i < kMessages; ++i)
    EXPECT_TRUE(Pattern::of(9, i, previous).matches(kept[static_cast<std::size_t>(i)].bytes()));
  settle(transport);
}

TEST_F(Transport, LetsABatchWaitWhileNoLeaseIsFree) {
  if (world().size() == 1) return;
  constexpr std::int64_t kMessages = 300, kBatch = 4;
  TransportSize few = size(16 << 10);
  few.leases = 40;
  few.large_leases = few.posted_receives + 2;
  few.large_bytes = kBatch * few.payload_capacity;
  MpiTransport<Numbered> transport(world().control(), kTag + 3, few);
  std::int64_t taken = 0;
  const auto take = [&](Rank, const Numbered& message, Depth, const Payload& payload) {
    EXPECT_EQ(message.number, taken++);
    for (std::size_t k = 0; k < kBatch; ++k)
      EXPECT_TRUE(Pattern::of(9, kBatch * message.number + static_cast<std::int64_t>(k), previous)
                      .matches(payload.part(k * (16 << 10), 16 << 10).bytes()));
  };
  for (std::int64_t i = 0; i < kMessages; ++i) {
    std::vector<Payload> parts;
    while (parts.size() < kBatch) {
      Payload part = transport.allocate(16 << 10);
      if (part) Pattern::of(9, kBatch * i + static_cast<std::int64_t>(parts.size()), world().rank()).fill(part.bytes());
      if (part)
        parts.push_back(std::move(part));
      else
        transport.poll(take);
    }
    transport.send(next, {i}, 1, std::span<const Payload>(parts));
  }
  for (const Time until = now_ns() + 20'000'000'000; taken < kMessages && now_ns() < until;) transport.poll(take);
  EXPECT_EQ(taken, kMessages);
  settle(transport);
}

TEST(Clocks, OffsetsOfOneHostContainZeroAndEveryPairHasMet) {
  const Clocks clocks = synchronise_clocks(world());
  EXPECT_EQ(clocks.mine.to_global(12345), 12345);
  if (!world().is_root()) return;
  EXPECT_EQ(clocks.check, "ok");
  const auto ranks = static_cast<std::size_t>(world().size());
  for (std::size_t a = 0; a < ranks; ++a)
    for (std::size_t b = 0; b < ranks; ++b) EXPECT_TRUE(a == b || clocks.ping_ns[a * ranks + b] > 0) << a << " and " << b;
}

TEST(Tournament, LetsEveryPairMeetOnce) {
  for (int players = 1; players <= 33; ++players) {
    std::set<std::pair<Rank, Rank>> met;
    for (int round = 0; round < players + players % 2 - 1; ++round)
      for (Rank rank = 0; rank < players; ++rank) {
        const Rank other = partner(rank, round, players);
        if (other < 0) continue;
        EXPECT_EQ(partner(other, round, players), rank);
        EXPECT_TRUE(rank > other || met.insert({rank, other}).second);
      }
    EXPECT_EQ(met.size(), static_cast<std::size_t>(players * (players - 1) / 2));
  }
}

}  // namespace
}  // namespace coordbench::testing::mpi_transport_mpi_test
