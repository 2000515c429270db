#include "kernels/raft_replication.hpp"

#include <gtest/gtest.h>

#include "tests/safety/raft_replication/raft_world.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::raft_replication_test {
namespace {

using Raft = RaftReplication;
using raft_replication::RaftWorld;

constexpr Time kTimeout = 1'000'000;  ///< ns; a message of the perfect network takes one
const Settings kElected{{"leader", 1}, {"election_timeout_us", kTimeout / 1000}};

Shape raft_shape(int ranks, const Settings& set = {}, int in_flight = 1, int clients = 0) {
  Shape shape = shape_of<Raft>(ranks, 8, set);
  shape.in_flight = in_flight;
  shape.clients = clients;
  return shape;
}
Settings operator+(Settings one, const Settings& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

/// Until nothing happens, or a group with time-outs has elected a leader and has not yet had a heartbeat.
void rest(RaftWorld& world) {
  if (Raft::times_out(world.shape()))
    world.run_until(std::max(world.now(), kTimeout) + kTimeout / 20);
  else
    world.run();
}

/// Operations proposed back to back on a perfect network, to their rest.
void expect_declared_costs(const Shape& shape, std::int64_t operations) {
  ASSERT_EQ(Raft::unfit(shape), "");
  RaftWorld world(shape, {}, operations);
  for (Operation k = 0; k < operations; ++k) world.propose(k);
  world.flush();
  rest(world);
  world.flush();  // the last commit index, in the background
  rest(world);
  const Traffic traffic = world.traffic();
  const Cost cost = Raft::cost(shape, {.count = operations});
  EXPECT_EQ(Range(traffic.messages_sent - traffic.background_messages), cost.messages) << "N = " << shape.ranks;
  for (std::size_t mark = 0; mark < Raft::marks.size(); ++mark)
    EXPECT_EQ(Range(world.history().deepest(static_cast<int>(mark))), cost.delays[mark])
        << "N = " << shape.ranks << ", " << mark;
  std::size_t due = 0;
  for (Operation k = 0; k < operations; ++k)
    for (int mark = 0; mark < static_cast<int>(Raft::marks.size()); ++mark)
      for (Rank rank = 0; rank < shape.members(); ++rank) due += reaches<Raft>(shape, mark, rank, k) ? 1 : 0;
  EXPECT_EQ(world.history().reached.size(), due) << "N = " << shape.ranks;
  for (const auto& it : world.history().reached) EXPECT_TRUE(reaches<Raft>(shape, it.mark, it.rank, it.operation));
  for (const auto& it : world.history().answered) EXPECT_TRUE(it.is_accepted && it.payload_is_right);
}

const std::vector<Settings> kLeaders{{}, kElected, kElected + Settings{{"pre_vote", 0}}};

TEST(RaftReplication, CostsWhatItDeclares) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const int clients : {0, 1, 2, 3})
      for (const std::int64_t eager : {0, 1})
        for (const std::int64_t thrifty : {0, 1})
          expect_declared_costs(raft_shape(ranks, {{"commit_broadcast", eager}, {"thrifty", thrifty}}, 5, clients), 5);
}

TEST(RaftReplication, CostsWhatItDeclaresOnceALeaderIsElected) {
  for (int ranks = 1; ranks <= 64; ranks += ranks < 8 ? 1 : 7)
    for (const int clients : {0, 1, 2, 3})
      for (const std::int64_t eager : {0, 1})
        for (const std::int64_t thrifty : {0, 1})
          for (const std::int64_t pre_vote : {0, 1}) {
            const Settings set{{"commit_broadcast", eager}, {"thrifty", thrifty}, {"pre_vote", pre_vote}};
            expect_declared_costs(raft_shape(ranks, kElected + set, 5, clients), 5);
          }
}

TEST(RaftReplication, DividesItsMessagesByTheBatch) {
  for (int ranks = 1; ranks <= 7; ++ranks)
    for (const Settings& leader : kLeaders)
      for (const int clients : {0, 1})
        for (const std::int64_t eager : {0, 1})
          for (const std::int64_t operations : {1, 3, 4, 5, 8, 11})  // the last batch leaves when nothing more will come
            expect_declared_costs(raft_shape(ranks, leader + Settings{{"commit_broadcast", eager}, {"batch", 4}}, 12, clients),
                                  operations);
}

TEST(RaftReplication, CostsByHandAtFiveServers) {
  const auto messages = [](const Settings& set, int clients, std::int64_t operations = 1) {
    return Raft::cost(raft_shape(5, set, 256, clients), {.count = operations}).messages;
  };
  EXPECT_EQ(messages({}, 0), Range(8));                               // 2(N - 1)
  EXPECT_EQ(messages({}, 1), Range(10));                              // 2N
  EXPECT_EQ(messages({}, 3), Range(10));                              // whoever asks
  EXPECT_EQ(messages({{"commit_broadcast", 1}}, 0), Range(16));       // + 2(N - 1)
  EXPECT_EQ(messages({{"thrifty", 1}}, 1), Range(6));                 // 2 floor(N/2) + 2
  EXPECT_EQ(messages({{"batch", 10}}, 1, 100), Range(10 * 8 + 200));  // 2(N - 1)/b + 2
  EXPECT_EQ(messages({{"batch", 10}}, 0, 101), Range(11 * 8));
}

/// The first instant at which a mark was reached, -1 if it was not.
Time first_at(const RaftWorld& world, int mark) {
  for (const auto& it : world.history().reached)
    if (it.mark == mark) return it.at;
  return -1;
}

TEST(RaftReplication, CommitsATimeOutAndTwoRoundTripsAfterItWasAskedWhereNobodyLed) {
  for (const int ranks : {2, 3, 5, 64})
    for (const Time asked_at : {Time{0}, Time{777}, kTimeout / 4}) {
      RaftWorld world(raft_shape(ranks, kElected + Settings{{"pre_vote", 0}}), {}, 1);
      world.run_until(asked_at);
      world.propose(0);
      world.run_until(asked_at + kTimeout + 10);
      EXPECT_EQ(first_at(world, raft::committed), asked_at + kTimeout + 4) << ranks;  // vote, its answer, entry, its answer
    }
  for (const int clients : {0, 2}) {
    RaftWorld world(raft_shape(5, kElected, 1, clients), {}, 1);
    world.propose(0);
    rest(world);
    EXPECT_EQ(first_at(world, raft::committed), kTimeout + 6 + (clients > 0 ? 1 : 0)) << "pre_vote takes a round trip";
  }
}

TEST(RaftReplication, ElectsRankZeroFirstWhateverTheSeed) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Shape shape = raft_shape(7, kElected);
    shape.seed = seed;
    RaftWorld world(shape, {.seed = seed}, 1);
    world.run_until(kTimeout * 49 / 100);
    world.propose(0);
    world.run_until(kTimeout * 3 / 2);
    EXPECT_TRUE(world.leads(0)) << seed;
    EXPECT_EQ(world.machine(0).core().election.term(), 1U);
    EXPECT_TRUE(world.has_ended(0));
  }
}

TEST(RaftReplication, ElectsALeaderThoughNobodyAsks) {
  RaftWorld world(raft_shape(3, kElected), {}, 1);
  world.crash(0);
  ASSERT_TRUE(world.run_till([&] { return world.leads(1) || world.leads(2); }));
  EXPECT_GE(world.now(), kTimeout * 3 / 2);
}

TEST(RaftReplication, KeepsWhatItIsAskedBeforeItLeadsInOrder) {
  RaftWorld world(raft_shape(3, kElected, 4), {}, 4);
  for (Operation k = 0; k < 4; ++k) world.propose(k);
  rest(world);
  const raft::Log& log = world.machine(2).core().log;
  ASSERT_EQ(log.last(), 5U);
  EXPECT_EQ(log[1].operation, raft::Entry::no_op);
  for (std::int32_t k = 0; k < 4; ++k) EXPECT_EQ(log[static_cast<raft::Index>(k + 2)].operation, k);
}

TEST(RaftReplication, AnAppendOfEightBytesStaysWithinACacheLine) {
  constexpr std::size_t kOpenMpiHeaders = 22;  // of a message in shared memory: 8 of the fast box, 14 of the matching
  EXPECT_LE(sizeof(raft::Message) + sizeof(Depth) + 8 + kOpenMpiHeaders, 64U);
}

TEST(RaftReplication, PipelinesWhatIsInFlight) {
  RaftWorld world(raft_shape(3, {}, 8), {}, 8);
  for (Operation k = 0; k < 8; ++k) world.propose(k);
  EXPECT_EQ(world.history().sent.size(), 16U);  // all are on their way before the first is acknowledged
  world.run();
  EXPECT_EQ(world.machine(0).core().commit_index, 8U);
  EXPECT_EQ(world.now(), 2);  // ticks of the simulated network, one a message
}

TEST(RaftReplication, KeepsTheLeaseOfWhatItLoggedUntilItIsCompacted) {
  const Shape shape = raft_shape(2, {}, 2);
  PayloadArena arena(1, 8);
  raft::Out out(bounds_of<Raft>(shape, 1));
  Raft follower(shape, 1);
  raft::Message append{.first = 0, .count = 1, .kind = raft::Message::Kind::append, .term = 1, .entries_term = 1};
  follower.step(0, append, arena.allocate(8), out);
  EXPECT_FALSE(arena.allocate(8)) << "the log holds the only lease";
  for (raft::Index index = 1; index <= raft::Setting(shape).retained() + 2; ++index) {  // what was just applied stays
    append.first = append.index = append.commit = index;
    append.index_term = 1;
    out.clear();
    follower.step(0, append, Payload(), out);
    follower.afterwards(out);
  }
  EXPECT_TRUE(arena.allocate(8)) << "the entry is in the snapshot now";
}

TEST(RaftReplication, IsNotMeasuredWhereTheClockDecidesWhatIsSent) {
  EXPECT_EQ(Raft::uncountable(raft_shape(3, {{"election_timeout_us", 1000}})), "");
  EXPECT_EQ(Raft::uncountable(raft_shape(3, {{"batch", 2}, {"thrifty", 1}}, 2)), "");
  EXPECT_EQ(Raft::uncountable(raft_shape(3, {}, 2, 3)), "");
  EXPECT_NE(Raft::uncountable(raft_shape(3, {{"election_timeout_us", 1000}, {"batch", 2}}, 2)), "");
  EXPECT_NE(Raft::uncountable(raft_shape(3, {{"election_timeout_us", 1000}, {"thrifty", 1}})), "");
  EXPECT_EQ(Raft::uncountable(raft_shape(3, {{"election_timeout_us", 1000}}, 1, 1)), "");
  EXPECT_NE(Raft::uncountable(raft_shape(3, {{"batch", 2}}, 2, 2)), "") << "whose operations meet in a batch";
}

TEST(RaftReplication, RefusesWhatCannotRun) {
  EXPECT_EQ(Raft::unfit(raft_shape(3, {{"batch", 8}}, 8)), "");
  EXPECT_NE(Raft::unfit(raft_shape(3, {{"batch", 9}}, 8)), "");
  EXPECT_EQ(Raft::unfit(raft_shape(3, {{"batch", 9}}, 3, 3)), "") << "three clients have nine in flight";
  Shape large = raft_shape(3, {{"batch", 32}}, 32);
  large.payload_bytes = 1 << 20;
  EXPECT_NE(Raft::unfit(large).find("a batch of entries of more than 4 MiB"), std::string::npos);
  large = raft_shape(3, {});
  large.payload_bytes = 5 << 20;
  EXPECT_NE(Raft::unfit(large).find("a log entry of more than 4 MiB"), std::string::npos) << "there is no batch";
  EXPECT_EQ(Raft::unfit(raft_shape(3, kElected)), "");
  EXPECT_NE(Raft::unfit(raft_shape(3, {{"leader", 1}})), "") << "nobody ever times out";
}

TEST(RaftReplication, NamesTheOperationsOfAMessageOneBehindTheOther) {
  std::vector<Operation> named;
  Raft::operations(raft_shape(3, {}, 1, 2), {.first = 5, .count = 3}, {}, [&](Operation k) { named.push_back(k); });
  EXPECT_EQ(named, (std::vector<Operation>{5, 6, 7}));
}

/// One client runs ahead of the other by more than any ring holds; both are answered for.
TEST(RaftReplication, AnswersForClientsThatDriftApart) {
  constexpr Operation kAhead = 2000;
  RaftWorld world(raft_shape(3, {{"commit_broadcast", 1}}, 1, 2), {}, kAhead + 2);
  for (Operation k = 1; k < kAhead; k += 2) {
    world.propose(k);
    world.run();
    ASSERT_TRUE(world.has_ended(k));
  }
  world.propose(0);
  world.propose(kAhead + 1);
  world.run();
  EXPECT_TRUE(world.has_ended(0));
  for (const auto& it : world.history().answered) ASSERT_TRUE(it.is_accepted && it.payload_is_right) << it.operation;
}

}  // namespace
}  // namespace coordbench::testing::raft_replication_test
