// The shared-memory endpoint between ranks that are threads: what is sent from anywhere, posted, exchanged and shown.

#include "harness/transport/shared_memory_endpoint.hpp"

#include <gtest/gtest.h>

#include "harness/pattern.hpp"
#include "tests/harness/shared_memory/thread_region.hpp"

namespace coordbench::testing::endpoint_test {
namespace {

constexpr std::size_t kPosted = 8, kLendable = std::size_t{9} << 20U;

struct EndpointWorld {
  explicit EndpointWorld(int ranks_) : ranks(ranks_), region(ranks_, part_bytes(ranks_)) {}
  static std::size_t part_bytes(int ranks) {
    return SharedRegion::ring_bytes(static_cast<std::size_t>(ranks), SharedMemoryEndpoint::size_of_ring(kPosted)) +
           SharedMemoryEndpoint::bounce_bytes() + kLendable;
  }
  [[nodiscard]] SharedRegion seen_by(Rank rank) const {
    return region.seen_by(rank).laid_out(ranks, SharedMemoryEndpoint::size_of_ring(kPosted));
  }
  template <class Body>
  void run(Body body) {
    region.run(
        [&](Rank rank) {
          return std::make_unique<SharedMemoryEndpoint>(seen_by(rank), kPosted, now_ns() + 60'000'000'000, true);
        },
        [&](Rank rank, SharedMemoryEndpoint& endpoint) {
          body(rank, endpoint, SharedMemoryEndpoint::lendable(seen_by(rank)));
        });
  }
  int ranks;
  ThreadRegion region;
};

bool holds(std::span<const std::byte> bytes, std::int64_t number) { return Pattern::of(5, number, 0).matches(bytes); }

/// Of `sender_buffer(lendable, size)` many messages of each size, into private memory.
template <class SenderBuffer>
void expect_all_sizes_arrive(SenderBuffer sender_buffer) {
  for (const std::size_t size : {0U, 1U, 8U, 56U, 57U, 112U, 256U, 257U, 4096U, 16384U, 16385U, 100'000U, 4U << 20U})
    EndpointWorld(2).run([&](Rank rank, SharedMemoryEndpoint& endpoint, std::span<std::byte> lendable) {
      std::vector<std::byte> mine(size);
      for (int i = 0; i < 30; ++i) {
        if (rank == 0) {
          const std::span<std::byte> out = sender_buffer(lendable, mine);
          Pattern::of(5, i, 0).fill(out);
          endpoint.send(1, out);  // and may be overwritten from here on
        } else {
          endpoint.receive(0, mine);
          EXPECT_TRUE(holds(mine, i)) << size << " bytes, message " << i;
        }
      }
    });
}

TEST(SharedMemoryEndpoint, SendsWhatLiesInSharedMemory) {
  expect_all_sizes_arrive([](std::span<std::byte> lendable, auto& mine) { return lendable.first(mine.size()); });
}
TEST(SharedMemoryEndpoint, SendsWhatLiesAnywhere) {
  expect_all_sizes_arrive([](std::span<std::byte> /*lendable*/, auto& mine) { return std::span<std::byte>(mine); });
}

TEST(SharedMemoryEndpoint, ExchangesAroundARingWithoutADeadlock) {
  constexpr int kRanks = 3;
  EndpointWorld(kRanks).run([&](Rank rank, SharedMemoryEndpoint& endpoint, std::span<std::byte> lendable) {
    const std::span<std::byte> out = lendable.first(20'000);
    std::vector<std::byte> in(20'000);
    for (int i = 0; i < 50; ++i) {
      Pattern::of(5, i * kRanks + rank, 0).fill(out);
      endpoint.exchange((rank + 1) % kRanks, out, (rank + 2) % kRanks, in);
      EXPECT_TRUE(holds(in, i * kRanks + (rank + 2) % kRanks));
    }
    EXPECT_EQ(endpoint.traffic().messages_sent, 50);
    EXPECT_EQ(endpoint.traffic().messages_received, 50);
    EXPECT_EQ(endpoint.traffic().bytes_sent(), 50 * 20'000);
  });
}

TEST(SharedMemoryEndpoint, RefusesWhatWouldNeverEnd) {
  EndpointWorld(2).run([&](Rank rank, SharedMemoryEndpoint& endpoint, std::span<std::byte> /*lendable*/) {
    std::vector<std::byte> own(1 << 20);
    EXPECT_THROW(endpoint.show(1 - rank, own), std::logic_error) << "nobody else can look there";
    EXPECT_THROW(endpoint.exchange(1 - rank, own, 1 - rank, own), std::logic_error) << "both would wait for a bounce buffer";
  });
}

TEST(SharedMemoryEndpoint, CompletesPostedRequestsInTheirOrder) {
  EndpointWorld(2).run([&](Rank rank, SharedMemoryEndpoint& endpoint, std::span<std::byte> lendable) {
    for (int round = 0; round < 20; ++round) {
      for (std::size_t i = 0; i < kPosted; ++i) {
        const std::span<std::byte> bytes = lendable.subspan(i * 1000, 1000);
        if (rank == 0) Pattern::of(5, static_cast<int>(i), 0).fill(bytes);
        if (rank == 0)
          endpoint.post_send(1, bytes);
        else
          endpoint.post_receive(0, bytes);
      }
      endpoint.wait_all();
      for (std::size_t i = 0; rank == 1 && i < kPosted; ++i)
        EXPECT_TRUE(holds(lendable.subspan(i * 1000, 1000), static_cast<int>(i)));
      if (rank == 1) endpoint.send_credit(0);
      if (rank == 0) endpoint.receive_credit(1);
    }
    EXPECT_EQ(endpoint.credits_sent(), rank == 1 ? 20 : 0);
    EXPECT_EQ(endpoint.traffic().messages_sent, rank == 0 ? 160 : 0) << "credits are none of the kernel's";
  });
}

TEST(SharedMemoryEndpoint, ShowsBytesWhereTheyLieAmongMessagesThatAreCopied) {
  EndpointWorld(2).run([&](Rank rank, SharedMemoryEndpoint& endpoint, std::span<std::byte> lendable) {
    const std::span<std::byte> bytes = lendable.first(5000);
    std::vector<std::byte> mine(5000);
    for (int i = 0; i < 50; ++i) {
      if (rank == 0) {
        Pattern::of(5, i, 0).fill(bytes);
        endpoint.show(1, bytes);
        endpoint.await_flag(1);
        endpoint.send(1, bytes);
      } else {
        EXPECT_TRUE(holds(endpoint.look(0), i));
        endpoint.raise_flag(0);
        endpoint.receive(0, mine);
        EXPECT_TRUE(holds(mine, i));
      }
    }
    EXPECT_EQ(endpoint.traffic().messages_sent, rank == 0 ? 100 : 50);
  });
}

TEST(SharedMemoryEndpoint, GivesUpAtItsDeadlineAndSaysOnWhom) {
  ThreadRegion region(2, EndpointWorld::part_bytes(2));
  SharedMemoryEndpoint alone(region.seen_by(0).laid_out(2, SharedMemoryEndpoint::size_of_ring(kPosted)), kPosted, now_ns(),
                             true);
  std::vector<std::byte> bytes(8);
  try {
    alone.receive(1, bytes);
    FAIL() << "nobody sent anything";
  } catch (const TimedOut& timed_out) {
    EXPECT_STREQ(timed_out.what(), "waiting for a message of rank 1");
  }
}

}  // namespace
}  // namespace coordbench::testing::endpoint_test
