// The hybrid transport over two ways that are made up: which way a message goes, and which is asked how often.

#include "harness/transport/hybrid_transport.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <utility>

namespace coordbench::testing::hybrid_transport_test {
namespace {

struct Numbered {
  std::int64_t number;
};

/// What a way is to hand out, and what went through it.
struct Seen {
  std::deque<Rank> arriving;
  std::vector<std::pair<Rank, std::size_t>> sent;  ///< to whom, how many payloads
};

struct Way {
  Way(char name_, Seen& seen_, std::string& asked_) : name(name_), seen(seen_), asked(asked_) {}
  [[nodiscard]] Payload allocate(std::size_t bytes) { return arena.allocate(bytes); }
  void send(Rank to, const Numbered&, Depth, const Payload& payload) { seen.sent.emplace_back(to, payload ? 1 : 0); }
  void send(Rank to, const Numbered&, Depth, std::span<const Payload> parts) { seen.sent.emplace_back(to, parts.size()); }
  template <class Receive>
  bool poll(Receive&& receive) {
    asked += name;
    if (seen.arriving.empty()) return false;
    receive(std::exchange(seen.arriving.front(), 0), Numbered{1}, Depth{1}, Payload());
    seen.arriving.pop_front();
    return true;
  }
  char name;
  Seen& seen;
  std::string& asked;  ///< a letter a poll
  PayloadArena arena{4, 8};
};

/// Rank 0's view of five.
struct Hybrid {
  explicit Hybrid(NearRanks near_ranks)
      : transport(
            std::move(near_ranks), 0, [this] { return Way('n', near, asked); }, [this](Way&) { return Way('f', far, asked); }) {
  }
  /// From whom a poll had a message; -1 for none.
  Rank poll() {
    Rank heard = -1;
    const bool taken = transport.poll([&](Rank from, const Numbered&, Depth, const Payload&) { heard = from; });
    EXPECT_EQ(taken, heard >= 0);
    return heard;
  }
  std::string asked;
  Seen near, far;
  HybridTransport<Way, Way> transport;
};
const NearRanks kMixed{1, 0, 1, 1, 0}, kAllNear{1, 1, 1, 1, 1}, kAlone{1, 0, 0, 0, 0};

using Sent = std::vector<std::pair<Rank, std::size_t>>;

TEST(HybridTransport, SendsToEachPeerByItsWay) {
  Hybrid hybrid(kMixed);
  for (Rank to = 1; to < 5; ++to) hybrid.transport.send(to, Numbered{1}, 1, hybrid.transport.allocate(8));
  EXPECT_EQ(hybrid.near.sent, (Sent{{2, 1}, {3, 1}}));
  EXPECT_EQ(hybrid.far.sent, (Sent{{1, 1}, {4, 1}}));
}

TEST(HybridTransport, SendsSeveralPayloadsByItsWayToo) {
  Hybrid hybrid(kMixed);
  const std::vector<Payload> parts(3);
  for (Rank to = 1; to < 5; ++to) hybrid.transport.send(to, Numbered{1}, 1, std::span<const Payload>(parts));
  EXPECT_EQ(hybrid.near.sent, (Sent{{2, 3}, {3, 3}}));
  EXPECT_EQ(hybrid.far.sent, (Sent{{1, 3}, {4, 3}}));
}

TEST(HybridTransport, AsksBothBeforeItSaysThatThereIsNothing) {
  Hybrid hybrid(kMixed);
  EXPECT_EQ(hybrid.poll(), -1);
  EXPECT_EQ(hybrid.asked, "nf");
  hybrid.far.arriving = {4};
  EXPECT_EQ(hybrid.poll(), 4);
  hybrid.near.arriving = {2};
  EXPECT_EQ(hybrid.poll(), 2);
  EXPECT_EQ(hybrid.asked, "nfnfn");
}

TEST(HybridTransport, AsksNobodyWhoIsNotThere) {
  Hybrid near(kAllNear), alone(kAlone);
  for (int i = 0; i < 20; ++i) near.near.arriving.push_back(1);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(near.poll(), 1);
  EXPECT_EQ(near.poll(), -1);
  EXPECT_EQ(near.asked, std::string(21, 'n')) << "on one node there is nothing to hear from afar";
  EXPECT_EQ(alone.poll(), -1);
  EXPECT_EQ(alone.asked, "f") << "alone on its node, a rank has nobody near";
}

TEST(HybridTransport, LetsNeitherWayStarveTheOther) {
  Hybrid hybrid(kMixed);
  constexpr int kPolls = 1000;
  hybrid.near.arriving.assign(kPolls, 2);
  hybrid.far.arriving.assign(kPolls, 4);
  int from_afar = 0, since = 0;
  for (int i = 0; i < kPolls; ++i) {
    const bool afar = hybrid.poll() == 4;
    from_afar += afar ? 1 : 0;
    since = afar ? 0 : since + 1;
    ASSERT_LE(since, 8) << "near messages in a row while one from afar is there";
  }
  EXPECT_EQ(from_afar, kPolls / 9);
}

TEST(HybridTransport, LooksAfarOnlyNowAndThenWhileOnlyNeighboursSpeak) {
  Hybrid hybrid(kMixed);
  hybrid.near.arriving.assign(80, 2);
  for (int i = 0; i < 80; ++i) EXPECT_EQ(hybrid.poll(), 2);
  EXPECT_EQ(std::count(hybrid.asked.begin(), hybrid.asked.end(), 'f'), 9);
}

}  // namespace
}  // namespace coordbench::testing::hybrid_transport_test
