// Nodes of a protocol that bears authentication: what is refused never reaches the machine, and what leaves is sealed once.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "tests/harness/tiny_kernels.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::sealed_node_test {
namespace {

constexpr std::array kWays{Authentication::none, Authentication::mac, Authentication::signature};
constexpr std::array kSealed{Authentication::mac, Authentication::signature};

template <class P>
Shape shape_with(Authentication way, std::int64_t bytes = 24) {
  Shape shape = shape_of<P>(3, bytes);
  shape.authentication = way;
  return shape;
}

/// Tells all others of an operation, with two payloads in one message.
struct Herald : Hearsay {
  static Bounds bounds(const Shape& /*shape*/, Rank /*rank*/) { return {.parts = 2}; }
  static int batch(const Shape& /*shape*/) { return 2; }
  using Hearsay::Hearsay;
  void propose(Operation operation, const Payload& payload, Out& out) {
    const Message message{.first = static_cast<std::uint32_t>(operation), .kind = told};
    out.send_others(message, out.gather(2, [&](std::size_t) { return payload; }));
    out.send_others(message);
  }
  void step(Rank /*from*/, const Message& /*message*/, const Payload& /*payload*/, Out& /*out*/) {}
};

/// What leaves one rank, and what its machine says.
template <class P>
struct Alone {
  struct Letter {
    Rank to;
    typename P::Message message;
    Depth depth;
    Payload payload;
  };
  Alone(Authentication way, Rank self)
      : shape(shape_with<P>(way)),
        authenticator(shape, self, Primitives::fast),
        counted(*this, self),
        node(shape, self, counted, *this, 8, &authenticator) {}

  static constexpr bool shares_its_process = true;
  void send(Rank to, const typename P::Message& message, Depth depth, const Payload& payload) {
    letters.push_back({to, message, depth, payload});
  }
  void send(Rank to, const typename P::Message& message, Depth depth, std::span<const Payload> payloads) {
    EXPECT_GT(payloads.size(), 1U) << "a single one would leave from where it lies";
    send(to, message, depth, arena.join(payloads));
  }
  [[nodiscard]] Time now() const { return 0; }
  [[nodiscard]] bool has_waiting() const { return false; }
  PayloadArena& made() { return arena; }
  PayloadArena& own() { return arena; }
  void reached(Operation /*operation*/, int /*mark*/, Time /*at*/, int depth) { depths.push_back(depth); }
  void answered(Operation /*operation*/, const Answer& answer) { outcomes.push_back(answer.outcome); }

  void receive(const Letter& letter, Rank from) { node.receive(from, letter.message, letter.depth, letter.payload); }
  /// What operation 0 leads to here.
  std::vector<Letter> asked() {
    node.propose(0, arena.allocate(static_cast<std::size_t>(shape.payload_bytes)));
    return letters;
  }

  PayloadArena arena{PayloadArena::Growing{}, 512};  // before what holds its leases
  Shape shape;
  std::vector<Letter> letters{};
  std::vector<int> depths{};
  std::vector<std::int64_t> outcomes{};
  Authenticator authenticator;
  Counted<Alone> counted;
  Node<P, Alone, Alone> node;
};

TEST(SealedNode, PassesOnWhatIsGenuineAndCountsItsBytes) {
  for (const Primitives primitives : {Primitives::fast, Primitives::libsodium})
    for (const Authentication way : kWays)
      for (const std::int64_t bytes : {0, 24}) {
        SCOPED_TRACE(fmt::format("way {}, {} B", static_cast<int>(way), bytes));
        Cluster<Hearsay> cluster(shape_with<Hearsay>(way, bytes), {}, 64, {}, primitives);
        cluster.propose(0);
        cluster.run();
        EXPECT_TRUE(cluster.has_ended(0));
        EXPECT_EQ(cluster.machine(2).answer(0).outcome, 1) << "rank 2 believes what it is shown";
        const Traffic traffic = cluster.traffic();
        EXPECT_EQ(traffic.messages_sent, 3);
        EXPECT_EQ(traffic.refused, Refused{});
        const std::size_t each = sizeof(Hearsay::Message) + sizeof(Depth) + trailer_bytes(way);
        const std::size_t made = sizeof(Mac) + sizeof(Digest) + sizeof(Proof) + sizeof(Mac);
        EXPECT_EQ(traffic.bytes_sent(), static_cast<std::int64_t>(3 * each + made) + bytes);
      }
}

TEST(SealedNode, HandsTheSamePayloadsDigestToEverybody) {
  for (const Primitives primitives : {Primitives::fast, Primitives::libsodium}) {
    std::set<Digest> digests;
    for (const Authentication way : kWays) {
      Cluster<Hearsay> cluster(shape_with<Hearsay>(way), {}, 64, {}, primitives);
      cluster.propose(0);
      cluster.run();
      digests.insert(cluster.machine(2).digest());
    }
    EXPECT_EQ(digests.size(), 1U);
    EXPECT_NE(*digests.begin(), Digest{});
  }
}

TEST(SealedNode, DropsWhatANetworkBringsTwice) {
  for (const Authentication way : kSealed) {
    Cluster<Hearsay> cluster(shape_with<Hearsay>(way), {.seed = 3, .duplication = 0.5}, 64);
    for (Operation k = 0; k < 20; ++k) cluster.propose(k), cluster.run();
    EXPECT_GT(cluster.happened().duplicated, 10);
    EXPECT_EQ(cluster.traffic().refused, Refused{.replayed = cluster.happened().duplicated});
    EXPECT_EQ(cluster.traffic().messages_sent, 60) << "no machine has answered a message twice";
  }
}

TEST(SealedNode, DropsWhatIsForgedAndForgetsItsDepth) {
  for (const Authentication way : kSealed) {
    Alone<Hearsay> teller(way, 0), told(way, 1);
    const auto letters = teller.asked();
    ASSERT_EQ(letters.size(), 2U);
    auto forged = letters[1];
    forged.depth = 9;
    forged.message.first = 1;
    told.receive(forged, 0);
    EXPECT_EQ(told.authenticator.refused(), Refused{.forged = 1});
    forged = letters[1];
    forged.depth = 9;
    told.receive(forged, 2);
    forged.payload = forged.payload.resized(3);
    told.receive(forged, 0);
    EXPECT_EQ(told.authenticator.refused(), (Refused{.forged = 2, .truncated = 1}));
    EXPECT_EQ(told.letters.size(), 0U) << "the machine has said nothing";
    for (const auto& letter : letters) told.receive(letter, 0);
    ASSERT_EQ(told.letters.size(), 1U);
    EXPECT_EQ(told.letters.front().depth, 2);
  }
}

TEST(SealedNode, NumbersAMessageOnceHoweverManyReceiveIt) {
  for (const Authentication way : kSealed) {
    Alone<Herald> herald(way, 0);
    const auto letters = herald.asked();
    ASSERT_EQ(letters.size(), 4U);
    const auto trailer_of = [&](std::size_t letter) {
      const Payload& payload = letters[letter].payload;
      const std::size_t size = trailer_bytes(way);
      return std::vector<std::byte>(payload.data() + payload.size() - size, payload.data() + payload.size());
    };
    const auto number_of = [&](std::size_t letter) {
      std::uint64_t number;
      std::memcpy(&number, trailer_of(letter).data(), sizeof number);
      return number;
    };
    EXPECT_EQ(letters[0].payload.size(), 48 + trailer_bytes(way)) << "both payloads, and what is behind them";
    EXPECT_EQ(letters[2].payload.size(), trailer_bytes(way));
    for (std::size_t letter = 0; letter < 4; ++letter) EXPECT_EQ(number_of(letter), letter < 2 ? 1U : 2U);
    EXPECT_EQ(trailer_of(0) == trailer_of(1), way == Authentication::signature) << "a code is for one receiver";
    for (const Rank rank : {1, 2}) {
      Alone<Herald> other(way, rank);
      for (const auto& letter : letters)
        if (letter.to == rank) other.receive(letter, 0);
      EXPECT_EQ(other.authenticator.refused(), Refused{});
    }
  }
}

TEST(SealedNode, KeepsNumbersWhereAMachineForgetsEverything) {
  for (const Authentication way : kSealed) {
    Cluster<Hearsay> cluster(shape_with<Hearsay>(way));
    cluster.propose(0);
    cluster.run();
    cluster.crash(0, /*forgets=*/true);
    cluster.restart(0);
    cluster.propose(1);
    cluster.run();
    EXPECT_TRUE(cluster.has_ended(1));
    EXPECT_EQ(cluster.traffic().refused, Refused{});
  }
}

TEST(SealedNode, IsNoneWhereTheProtocolTrusts) {
  static_assert(!Authenticates<Relay> && Authenticates<Hearsay>);
  static_assert(sizeof(Trust) == 1 && std::is_empty_v<Trust>);
}

}  // namespace
}  // namespace coordbench::testing::sealed_node_test
