// The shared-memory transport between ranks that are threads: order, payloads of every size, leases that are kept and given
// back, a flood beyond every ring.

#include "harness/transport/shared_memory_transport.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/harness/shared_memory/thread_region.hpp"

namespace coordbench::testing::transport_test {
namespace {

struct Numbered {
  std::int64_t number;
  std::int32_t from;
};
using SharedTransport = SharedMemoryTransport<Numbered>;

TransportSize size_for(std::size_t payload_capacity, std::size_t batch = 1) {
  return {.posted_receives = 4,
          .leases = payload_capacity > 100'000 ? 6U : 40U,
          .payload_capacity = payload_capacity,
          .large_leases = batch * payload_capacity > payload_capacity ? 40U : 0U,
          .large_bytes = batch * payload_capacity > payload_capacity ? batch * payload_capacity : 0,
          .window = 16,
          .backlog = 4096,
          .source = std::nullopt};
}

/// A world of threads, each with its transport.
struct TransportWorld {
  TransportWorld(int ranks_, std::size_t payload_capacity, std::size_t batch = 1)
      : ranks(ranks_), size(size_for(payload_capacity, batch)), region(ranks_, part_bytes()) {}
  [[nodiscard]] std::size_t part_bytes() const {
    return SharedRegion::ring_bytes(static_cast<std::size_t>(ranks), SharedTransport::size_of_ring(size)) +
           SharedTransport::arena_bytes(size);
  }
  template <class Body>
  void run(Body body) {
    region.run(
        [&](Rank rank) {
          return std::make_unique<SharedTransport>(region.seen_by(rank).laid_out(ranks, SharedTransport::size_of_ring(size)),
                                                   size, true);
        },
        body);
  }
  int ranks;
  TransportSize size;
  ThreadRegion region;
};

Payload filled(SharedTransport& transport, std::size_t bytes, std::int64_t number, Rank owner) {
  Payload payload;
  while (!(payload = transport.allocate(bytes))) transport.poll([](Rank, const Numbered&, Depth, const Payload&) {});
  Pattern::of(1, number, owner).fill(payload.bytes());
  return payload;
}

/// Until all that was sent is in a ring; nothing is expected to arrive.
void drain(SharedTransport& transport) {
  while (transport.has_waiting()) transport.poll([](Rank, const Numbered&, Depth, const Payload&) {});
}

TEST(SharedMemoryTransport, CarriesPayloadsOfEverySizeInOrder) {
  for (const std::size_t bytes : {0U, 1U, 7U, 8U, 40U, 41U, 56U, 57U, 64U, 1000U, 65536U, 4U << 20U}) {
    const std::int64_t messages = bytes > 100'000 ? 20 : 300;
    TransportWorld world(2, bytes);
    world.run([&](Rank rank, SharedTransport& transport) {
      if (rank == 0) {
        for (std::int64_t i = 0; i < messages; ++i)
          transport.send(1, {i, 0}, static_cast<Depth>(i), bytes > 0 ? filled(transport, bytes, i, 0) : Payload());
        return drain(transport);
      }
      std::int64_t expected = 0;
      while (expected < messages)
        transport.poll([&](Rank from, const Numbered& message, Depth depth, const Payload& payload) {
          EXPECT_EQ(from, 0);
          EXPECT_EQ(message.number, expected);
          EXPECT_EQ(depth, expected);
          EXPECT_EQ(payload.size(), bytes);
          EXPECT_TRUE(Pattern::of(1, expected, 0).matches(payload.bytes()));
          ++expected;
        });
    });
  }
}

TEST(SharedMemoryTransport, LetsAReceiverKeepWhatTheSenderWouldReuse) {
  TransportWorld world(2, 1000);
  constexpr std::int64_t kMessages = 400;
  constexpr std::size_t kKept = 30;
  world.run([&](Rank rank, SharedTransport& transport) {
    if (rank == 0) {
      for (std::int64_t i = 0; i < kMessages; ++i) transport.send(1, {i, 0}, 1, filled(transport, 1000, i, 0));
      return drain(transport);
    }
    std::vector<std::pair<std::int64_t, Payload>> kept;
    for (std::int64_t taken = 0; taken < kMessages;)
      taken += transport.poll([&](Rank, const Numbered& message, Depth, const Payload& payload) {
        kept.emplace_back(message.number, payload.part(8, 992));
        if (kept.size() < kKept) return;
        for (const auto& [number, lease] : kept) {
          std::vector<std::byte> whole(1000);
          Pattern::of(1, number, 0).fill(whole);
          EXPECT_TRUE(std::equal(lease.bytes().begin(), lease.bytes().end(), whole.begin() + 8));
        }
        kept.erase(kept.begin(), kept.begin() + kKept / 2);
      });
  });
}

TEST(SharedMemoryTransport, PassesOnWhatItBorrowed) {  // 0 → 1 → 2, out of 0's memory
  TransportWorld world(3, 5000);
  constexpr std::int64_t kMessages = 200;
  world.run([&](Rank rank, SharedTransport& transport) {
    std::int64_t taken = 0;
    if (rank == 0)
      for (std::int64_t i = 0; i < kMessages; ++i) transport.send(1, {i, 0}, 1, filled(transport, 5000, i, 0));
    while (rank > 0 && taken < kMessages)
      transport.poll([&](Rank, const Numbered& message, Depth, const Payload& payload) {
        EXPECT_EQ(message.number, taken++);
        EXPECT_TRUE(Pattern::of(1, message.number, 0).matches(payload.bytes()));
        if (rank == 1) transport.send(2, message, 2, payload);
      });
    drain(transport);
  });
}

TEST(SharedMemoryTransport, CountsWhoHoldsAPartOfWhatWasPassedOn) {  // 0 → 1 → 2, which keeps a part of it
  TransportWorld world(3, 5000);
  enum { sent, let_go_by_1, held_by_2, looked, let_go_by_2 };
  std::atomic<int> stage{sent};
  const auto reach = [&](int next) {
    while (stage != next - 1) std::this_thread::yield();
    stage = next;
  };
  world.run([&](Rank rank, SharedTransport& transport) {
    PayloadArena& own = transport.arenas().single;
    if (rank == 0) {
      transport.send(1, {0, 0}, 1, filled(transport, 5000, 0, 0));
      while (stage != held_by_2) std::this_thread::yield();
      EXPECT_FALSE(own.has_free(own.slots()));
      reach(looked);
      while (stage != let_go_by_2) std::this_thread::yield();
      EXPECT_TRUE(own.has_free(own.slots()));
    } else if (rank == 1) {
      while (!transport.poll([&](Rank, const Numbered& message, Depth, const Payload& payload) {
        transport.send(2, message, 2, payload.part(4000, 1000));
      })) {
      }
      reach(let_go_by_1);
    } else {
      Payload kept;
      while (!transport.poll([&](Rank, const Numbered&, Depth, const Payload& payload) { kept = payload; })) {
      }
      reach(held_by_2);
      while (stage != looked) std::this_thread::yield();
      kept = {};
      reach(let_go_by_2);
    }
  });
}

/// Batches of eight, of which a receiver keeps some; what does not find a free lease waits.
void expect_batches_arrive(std::size_t bytes) {
  constexpr std::size_t kBatch = 8;
  constexpr std::int64_t kMessages = 300;
  TransportWorld world(2, bytes, kBatch);
  world.run([&](Rank rank, SharedTransport& transport) {
    if (rank == 0) {
      for (std::int64_t i = 0; i < kMessages; ++i) {
        std::vector<Payload> parts;
        for (std::size_t k = 0; k < kBatch; ++k)
          parts.push_back(filled(transport, bytes, static_cast<std::int64_t>(kBatch) * i + static_cast<std::int64_t>(k), 0));
        transport.send(1, {i, 0}, 1, std::span<const Payload>(parts));
      }
      return drain(transport);
    }
    std::vector<Payload> kept;
    for (std::int64_t taken = 0; taken < kMessages;)
      taken += transport.poll([&](Rank, const Numbered& message, Depth, const Payload& payload) {
        ASSERT_EQ(payload.size(), kBatch * bytes);
        for (std::size_t k = 0; k < kBatch; ++k)
          EXPECT_TRUE(Pattern::of(1, static_cast<std::int64_t>(kBatch) * message.number + static_cast<std::int64_t>(k), 0)
                          .matches(payload.part(k * bytes, bytes).bytes()));
        if (kept.size() == 30) kept.clear();
        kept.push_back(payload);
      });
  });
}
TEST(SharedMemoryTransport, JoinsThePayloadsOfABatch) { expect_batches_arrive(100); }
TEST(SharedMemoryTransport, JoinsPayloadsWithoutBytes) { expect_batches_arrive(0); }  // no batch is larger than one of them
TEST(SharedMemoryTransport, JoinsABatchThatFitsASlot) { expect_batches_arrive(4); }

TEST(SharedMemoryTransport, KeepsTheOrderOfAFloodFromEveryoneToEveryone) {
  constexpr int kRanks = 4;
  constexpr std::int64_t kMessages = 500;
  TransportWorld world(kRanks, 8);
  world.run([&](Rank rank, SharedTransport& transport) {
    for (std::int64_t i = 0; i < kMessages; ++i)
      for (Rank to = 0; to < kRanks; ++to)
        if (to != rank) transport.send(to, {i, rank}, 1, Payload());
    std::vector<std::int64_t> expected(kRanks, 0);
    for (std::int64_t left = kMessages * (kRanks - 1); left > 0 || transport.has_waiting();)
      left -= transport.poll([&](Rank from, const Numbered& message, Depth, const Payload&) {
        EXPECT_EQ(message.from, from);
        EXPECT_EQ(message.number, expected[static_cast<std::size_t>(from)]++);
      });
  });
}

TEST(SharedMemoryTransport, SaysSoWhenMoreWaitsThanWasDeclared) {
  TransportWorld world(2, 0);
  world.run([&](Rank rank, SharedTransport& transport) {
    if (rank == 1) return;
    EXPECT_THROW(for (int i = 0; i < 5000; ++i) transport.send(1, {i, 0}, 1, Payload()), std::length_error);
  });
}

}  // namespace
}  // namespace coordbench::testing::transport_test
