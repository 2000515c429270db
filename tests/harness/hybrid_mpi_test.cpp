// The two ways of a hybrid together, on the ranks that mpirun gave: they are made out to sit on several nodes.

#include <gtest/gtest.h>

#include <numeric>

#include "harness/measure/transports.hpp"
#include "harness/world/shared_window.hpp"
#include "tests/support/mpi_world.hpp"

namespace coordbench::testing::hybrid_mpi_test {
namespace {

struct Numbered {
  std::int64_t number;
};
using Near = SharedMemoryTransport<Numbered>;
using Far = MpiTransport<Numbered>;
using HybridOfBoth = HybridTransport<Near, Far>;
using NearEndpoint = BasicSharedMemoryEndpoint<MpiProgress>;
using EndpointOfBoth = HybridEndpoint<NearEndpoint, Endpoint>;
constexpr int kTag = 7100;
constexpr std::size_t kRegionBytes = std::size_t{8} << 20U, kPosted = 16;

/// Which node a rank is made out to sit on: all on one, each on its own, by turns, in pairs.
const std::vector<int (*)(Rank)> kSplits{[](Rank) { return 0; }, [](Rank rank) { return rank; },
                                         [](Rank rank) { return rank % 2; }, [](Rank rank) { return rank / 2; }};

/// The node of this rank, and endpoints to all ranks.
struct Node {
  explicit Node(int (*node_of)(Rank)) : window(world(), sharing, kRegionBytes) {
    for (Rank rank = 0; rank < world().size(); ++rank) away.push_back(node_of(rank) != node_of(world().rank()) ? 1 : 0);
    for (const std::uint8_t is_away : away) near.push_back(is_away ? 0 : 1);
  }
  [[nodiscard]] SharedRegion region(std::size_t ring) const {
    return window.region()->laid_out(world().size(), ring, Neighbours(away));
  }
  [[nodiscard]] HybridOfBoth transport(const TransportSize& size) const {
    return {near, world().rank(), [&] { return Near(region(Near::size_of_ring(size)), size, world().size() > 2); },
            [&](Near& beside) { return Far(world().control(), kTag, size, beside.arenas()); }};
  }
  [[nodiscard]] EndpointOfBoth endpoint() const {
    const Time deadline = now_ns() + 60'000'000'000;
    const MpiProgress progress(world().size() > 2, world().control(), kTag + 2);
    return {near, kPosted,
            [&] { return NearEndpoint(region(NearEndpoint::size_of_ring(kPosted)), kPosted, deadline, progress); },
            [&] { return Endpoint(world().control(), kTag, kPosted, deadline); }};
  }
  SharingRanks sharing{world()};
  SharedWindow window;
  std::vector<std::uint8_t> away;
  NearRanks near;
};

TransportSize size_for(std::size_t payload_capacity, std::size_t leases = 40) {
  return {.posted_receives = 4,
          .leases = leases,
          .payload_capacity = payload_capacity,
          .window = 8,
          .backlog = 4096,
          .source = std::nullopt};
}

/// Polls until `done()`; then until everybody is, so that what waits for a window leaves.
template <class Done, class Take>
void poll_until(HybridOfBoth& transport, Done done, Take take) {
  const Time until = now_ns() + 30'000'000'000;
  while (!done() && now_ns() < until) transport.poll(take);
  EXPECT_TRUE(done());
  MPI_Request request;
  MPI_Ibarrier(world().all(), &request);
  for (int all = 0; !all; MPI_Test(&request, &all, MPI_STATUS_IGNORE))
    EXPECT_FALSE(transport.poll([](Rank, const Numbered&, Depth, const Payload&) {}));
}

TEST(Hybrid, AllRanksOfAHostCanShareMemory) {
  const SharingRanks sharing(world());
  EXPECT_EQ(sharing.most(), world().size());
  const SharedWindow none(world(), sharing, 0), window(world(), sharing, 4096);
  EXPECT_EQ(none.region(), nullptr);
  for (Rank rank = 0; rank < world().size(); ++rank) EXPECT_TRUE(window.region()->has(rank));
}

TEST(Hybrid, CarriesAFloodFromEveryoneToEveryoneInOrder) {
  constexpr std::int64_t kMessages = 300;
  for (const auto split : kSplits) {
    const Node node(split);
    HybridOfBoth transport = node.transport(size_for(8));
    MPI_Barrier(world().all());
    std::vector<std::int64_t> expected(static_cast<std::size_t>(world().size()), 0);
    for (std::int64_t i = 0; i < kMessages; ++i)
      for (Rank to = 0; to < world().size(); ++to)
        if (to != world().rank()) transport.send(to, Numbered{i}, 1, Payload());
    std::int64_t left = kMessages * (world().size() - 1);
    poll_until(
        transport, [&] { return left == 0; },
        [&](Rank from, const Numbered& message, Depth, const Payload&) {
          EXPECT_EQ(message.number, expected[static_cast<std::size_t>(from)]++);
          --left;
        });
  }
}

/// Messages go around all ranks, each keeping what came until `kept` more have come, and sending it on out of the memory that
/// it came in: from near to near, from near to far, from far to near and from far to far.
void expect_to_be_passed_on(int (*split)(Rank), std::size_t bytes, std::size_t kept) {
  constexpr std::int64_t kMessages = 60;
  const Node node(split);
  HybridOfBoth transport = node.transport(size_for(bytes, kept + 12));
  MPI_Barrier(world().all());
  const Rank next = (world().rank() + 1) % world().size();
  std::vector<std::pair<std::int64_t, Payload>> leases;
  std::int64_t taken = 0;
  const auto take = [&](Rank, const Numbered& message, Depth, const Payload& payload) {
    EXPECT_EQ(message.number, taken++);
    if (!world().is_root()) transport.send(next, message, 1, payload);
    leases.emplace_back(message.number, payload);
    if (leases.size() <= kept) return;
    EXPECT_TRUE(Pattern::of(3, leases.front().first, 0).matches(leases.front().second.bytes())) << leases.front().first;
    leases.erase(leases.begin());
  };
  for (std::int64_t i = 0; world().is_root() && i < kMessages; ++i) {
    Payload payload;
    while (!(payload = transport.allocate(bytes))) transport.poll(take);
    Pattern::of(3, i, 0).fill(payload.bytes());
    transport.send(next, Numbered{i}, 1, payload);
  }
  poll_until(
      transport, [&] { return taken == kMessages; }, take);
  for (const auto& [number, lease] : leases) EXPECT_TRUE(Pattern::of(3, number, 0).matches(lease.bytes())) << number;
}

TEST(Hybrid, PassesOnWhatCameByEitherWay) {
  if (world().size() == 1) return;
  for (const auto split : kSplits)
    for (const std::size_t bytes : {8U, 1000U, 100'000U}) expect_to_be_passed_on(split, bytes, 5);
}

TEST(Hybrid, SendsOneLeaseToEveryoneByBothWays) {
  for (const auto split : kSplits) {
    const Node node(split);
    HybridOfBoth transport = node.transport(size_for(200'000, 12));
    MPI_Barrier(world().all());
    bool heard = world().is_root();
    if (world().is_root()) {
      const Payload payload = transport.allocate(200'000);
      Pattern::of(1, 2, 3).fill(payload.bytes());
      for (Rank to = 1; to < world().size(); ++to) transport.send(to, Numbered{to}, 1, payload);
    }
    poll_until(
        transport, [&] { return heard; },
        [&](Rank, const Numbered& message, Depth, const Payload& payload) {
          EXPECT_EQ(message.number, world().rank());
          EXPECT_TRUE(Pattern::of(1, 2, 3).matches(payload.bytes()));
          heard = true;
        });
  }
}

/// Two neighbours of rank 0 borrow the same bytes and send them afar at the same time, each behind a header of its own.
TEST(Hybrid, SendsWhatSeveralBorrowed) {
  if (world().size() < 4) return;
  const Node node([](Rank rank) { return rank < 3 ? 0 : 1; });
  HybridOfBoth transport = node.transport(size_for(100'000, 12));
  MPI_Barrier(world().all());
  const Rank self = world().rank();
  constexpr std::int64_t kRounds = 30;
  const std::int64_t due = self == 0 || self > 3 ? 0 : self == 3 ? 2 * kRounds : kRounds;
  std::int64_t taken = 0;
  const auto take = [&](Rank from, const Numbered& message, Depth, const Payload& payload) {
    ++taken;
    if (self == 3) {
      EXPECT_EQ(message.number % 10, from);
      EXPECT_TRUE(Pattern::of(4, message.number / 10, 0).matches(payload.bytes()));
    } else {
      transport.send(3, Numbered{10 * message.number + self}, 1, payload);
    }
  };
  for (std::int64_t i = 0; self == 0 && i < kRounds; ++i) {
    Payload payload;
    while (!(payload = transport.allocate(100'000))) transport.poll(take);
    Pattern::of(4, i, 0).fill(payload.bytes());
    for (const Rank to : {1, 2}) transport.send(to, Numbered{i}, 1, payload);
  }
  poll_until(
      transport, [&] { return taken == due; }, take);
}

TEST(Hybrid, ExchangesAroundARingAcrossNodes) {
  const int ranks = world().size();
  const Rank self = world().rank(), next = (self + 1) % ranks, previous = (self + ranks - 1) % ranks;
  if (ranks == 1) return;
  for (const auto split : kSplits)
    for (const std::size_t bytes : {8U, 3000U, 300'000U}) {
      const Node node(split);
      EndpointOfBoth endpoint = node.endpoint();
      MPI_Barrier(world().all());
      const std::span<std::byte> out = NearEndpoint::lendable(node.region(NearEndpoint::size_of_ring(kPosted))).first(bytes);
      std::vector<std::byte> in(bytes);
      for (int i = 0; i < 10; ++i) {
        Pattern::of(5, i, self).fill(out);
        endpoint.exchange(next, out, previous, in);
        EXPECT_TRUE(Pattern::of(5, i, previous).matches(in));
      }
      EXPECT_EQ(endpoint.traffic().messages_sent, 10);
      EXPECT_EQ(endpoint.traffic().messages_received, 10);
      EXPECT_EQ(endpoint.traffic().bytes_sent(), 10 * static_cast<std::int64_t>(bytes));
      MPI_Barrier(world().all());
    }
}

/// Rank 0 hands a token to the last rank, which hands it down to its neighbour, and so on down to rank 0, who waits near for
/// what is held up afar: with nobody moving MPI's messages in that wait, it would be for ever.
TEST(Hybrid, KeepsMpiMovingWhileItWaitsNearby) {
  const int ranks = world().size();
  const Rank self = world().rank();
  if (ranks < 3) return;
  constexpr std::size_t kBytes = std::size_t{1} << 20U;
  const Node node([](Rank rank) { return rank < 2 ? 0 : 1; });
  EndpointOfBoth endpoint = node.endpoint();
  MPI_Barrier(world().all());
  const std::span<std::byte> bytes = NearEndpoint::lendable(node.region(NearEndpoint::size_of_ring(kPosted))).first(kBytes);
  for (int i = 0; i < 20; ++i) {
    if (self == 0) {
      Pattern::of(5, i, 0).fill(bytes);
      endpoint.post_send(2, bytes);  // needs the library to be called here, until it is over
      endpoint.receive(1, {});
      endpoint.wait_all();
    } else if (self == 2) {
      endpoint.receive(0, bytes);
      EXPECT_TRUE(Pattern::of(5, i, 0).matches(bytes));
      endpoint.send(1, {});
    } else if (self == 1) {
      endpoint.receive(2, {});
      endpoint.send(0, {});
    }
  }
  MPI_Barrier(world().all());
}

}  // namespace
}  // namespace coordbench::testing::hybrid_mpi_test
