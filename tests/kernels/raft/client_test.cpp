#include "kernels/raft/client.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/raft/server.hpp"

namespace coordbench::testing::client_test {
namespace {

constexpr int kServers = 3, kMark = raft::answered;
constexpr Time kTimeout = 1000, kPatience = 2 * kTimeout;
using Asked = std::vector<std::pair<Rank, Operation>>;

struct Client {
  explicit Client(int in_flight, int clients = 1, Time timeout_us = 1)
      : shape(raft_shape(kServers, {{"election_timeout_us", timeout_us}}, in_flight, clients)) {}

  Asked propose(const std::vector<Operation>& operations, Time now = 0) {
    out.hand(now);
    for (const Operation k : operations) machine.propose(k, arena.allocate(static_cast<std::size_t>(k) + 1), out);
    return asked();
  }
  /// The operations that it ends.
  std::vector<Operation> reply(Operation operation, Time now = 0, Rank from = 0) {
    out.clear();
    out.hand(now);
    machine.step(from, {.first = static_cast<std::uint32_t>(operation), .count = 1, .kind = Kind::reply, .index = 7}, out);
    return out.completed(kMark);
  }
  Asked refuse(Rank from, Rank leader) {
    out.clear();
    out.hand(0);
    machine.step(from, {.kind = Kind::reply, .index = static_cast<std::uint32_t>(leader)}, out);
    EXPECT_TRUE(out.completions().empty());
    return asked();
  }
  Asked tick(Time now) {
    out.clear();
    out.hand(now);
    machine.tick(out);
    return asked();
  }
  /// Every request with the payload that was proposed.
  Asked asked() {
    Asked requests;
    for (const auto& [to, message, payloads] : out.take()) {
      EXPECT_EQ(message.kind, Kind::request);
      EXPECT_EQ(message.count, 1);
      EXPECT_EQ(payloads.at(0).size(), message.first + 1U);
      requests.emplace_back(to, message.first);
    }
    return requests;
  }

  GrowingArena arena;
  Shape shape;
  raft::Client machine{raft::Setting(shape), shape.in_flight};
  RaftOutbox out{shape, kServers};
};

TEST(RaftClient, AsksRankZeroAndIsAnsweredOnce) {
  Client client(4);
  EXPECT_EQ(client.propose({0, 1}), (Asked{{0, 0}, {0, 1}}));
  EXPECT_EQ(client.reply(0), (std::vector<Operation>{0}));
  EXPECT_EQ(client.machine.value_of(0), 7U);
  EXPECT_EQ(client.machine.payload_of(0).size(), 1U);
  EXPECT_TRUE(client.reply(0).empty()) << "said twice";
}

TEST(RaftClient, IgnoresRepliesToWhatIsNotOpen) {
  Client client(4);
  EXPECT_TRUE(client.reply(0).empty()) << "nothing has been asked";
  client.propose({0, 1, 2});
  EXPECT_TRUE(client.reply(3).empty()) << "not asked yet";
  EXPECT_EQ(client.reply(1), (std::vector<Operation>{1})) << "out of order";
  EXPECT_TRUE(client.reply(1).empty());
  EXPECT_EQ(client.reply(0), (std::vector<Operation>{0}));
  client.propose({3, 4, 5});  // 4 and 5 take the places of 0 and 1
  EXPECT_TRUE(client.reply(0).empty()) << "a late copy";
  EXPECT_TRUE(client.reply(1).empty()) << "a late copy";
  EXPECT_EQ(client.reply(5), (std::vector<Operation>{5}));
  EXPECT_EQ(client.reply(2), (std::vector<Operation>{2}));
}

TEST(RaftClient, AsksTheNextServerAgainForAllThatIsOpenInOrder) {
  Client client(4);
  client.propose({0, 1, 2, 3});
  client.reply(1);
  EXPECT_TRUE(client.tick(kPatience - 1).empty());
  EXPECT_EQ(client.tick(kPatience), (Asked{{0, 0}, {0, 2}, {0, 3}})) << "the server that answered is asked once more";
  EXPECT_TRUE(client.tick(kPatience + 1).empty()) << "waits anew";
  EXPECT_EQ(client.tick(2 * kPatience), (Asked{{1, 0}, {1, 2}, {1, 3}}));
  client.reply(1, 2 * kPatience, 0);
  client.reply(2, 2 * kPatience, 0);
  EXPECT_EQ(client.tick(4 * kPatience), (Asked{{2, 0}, {2, 3}})) << "the answer came from somebody else";
  EXPECT_EQ(client.tick(5 * kPatience), (Asked{{0, 0}, {0, 3}}));
}

TEST(RaftClient, FollowsAHintAndAsksThereInOrder) {
  Client client(4);
  client.propose({0, 1, 2});
  client.reply(0);
  EXPECT_EQ(client.refuse(0, 2), (Asked{{2, 1}, {2, 2}}));
  EXPECT_TRUE(client.refuse(0, 1).empty()) << "rank 0 is not asked any more";
  EXPECT_TRUE(client.refuse(2, 2).empty()) << "it names itself, and does not lead";
  EXPECT_EQ(client.propose({3}), (Asked{{2, 3}}));
}

TEST(RaftClient, IsWokenOnlyWhileSomethingIsOpen) {
  Client client(4);
  EXPECT_EQ(client.machine.alarm(), kNever);
  client.propose({0, 1}, 10);
  EXPECT_EQ(client.machine.alarm(), 10 + kPatience);
  client.reply(0, 50);
  EXPECT_EQ(client.machine.alarm(), 50 + kPatience) << "whoever answers is alive";
  client.out.hand(60);
  client.machine.restart(client.out);
  EXPECT_EQ(client.machine.alarm(), 60 + kPatience);
  client.reply(1, 70);
  EXPECT_EQ(client.machine.alarm(), kNever);
  Client patient(4, 1, 0);
  patient.propose({0});
  EXPECT_EQ(patient.machine.alarm(), kNever) << "without time-outs";
}

TEST(RaftClient, SaysThatNothingFollowsOnlyIfSomethingIsOpen) {
  Client client(4);
  client.machine.flush(client.out);
  EXPECT_TRUE(client.out.take().empty());
  client.propose({0});
  client.machine.flush(client.out);
  EXPECT_EQ(client.out.only().kind, Kind::no_more);
  client.reply(0);
  client.machine.flush(client.out);
  EXPECT_TRUE(client.out.take().empty());
}

TEST(RaftClient, OneOfSeveralHasEveryThirdOperation) {
  Client client(2, 3);
  client.propose({1, 4});
  EXPECT_EQ(client.reply(4), (std::vector<Operation>{4}));
  EXPECT_EQ(client.tick(kPatience), (Asked{{0, 1}}));
  EXPECT_EQ(client.tick(2 * kPatience), (Asked{{1, 1}}));
  EXPECT_EQ(client.reply(1), (std::vector<Operation>{1}));
  EXPECT_EQ(client.propose({7}), (Asked{{1, 7}}));
}

}  // namespace
}  // namespace coordbench::testing::client_test
