#include "kernels/multi_paxos.hpp"

#include <gtest/gtest.h>

#include "kernels/raft_replication.hpp"
#include "tests/safety/multi_paxos/paxos_world.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::multi_paxos_test {
namespace {

using multi_paxos::PaxosWorld;

constexpr Time kTimeout = 1'000'000;  ///< ns; a message of the perfect network takes one
const Settings kElected{{"leader", 1}, {"election_timeout_us", kTimeout / 1000}};

Shape paxos_shape(int ranks, const Settings& set = {}, int in_flight = 1, int clients = 0) {
  Shape shape = shape_of<MultiPaxos>(ranks, 8, set);
  shape.in_flight = in_flight;
  shape.clients = clients;
  return shape;
}
Settings operator+(Settings one, const Settings& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}
/// Majorities, the smallest quorum of phase 2, the next one, and all servers.
std::vector<Settings> quorums(int ranks) {
  std::vector<Settings> all{{}, {{"q1", ranks}, {"q2", 1}}, {{"q1", 1}, {"q2", ranks}}};
  if (ranks > 1) all.push_back({{"q1", ranks - 1}, {"q2", 2}});
  return all;
}

/// Until nothing happens, or a group with time-outs has a leader and has not yet had a heartbeat.
void rest(PaxosWorld& world) {
  if (MultiPaxos::times_out(world.shape()))
    world.run_until(std::max(world.now(), kTimeout) + kTimeout / 20);
  else
    world.run();
}

std::int64_t counted(const PaxosWorld& world) {
  const Traffic traffic = world.traffic();
  return traffic.messages_sent - traffic.background_messages;
}

/// Operations proposed back to back, to their rest.
void expect_declared_costs(const Shape& shape, std::int64_t operations, const Faults& faults = {}) {
  ASSERT_EQ(MultiPaxos::unfit(shape), "");
  PaxosWorld world(shape, faults, operations);
  for (Operation k = 0; k < operations; ++k) world.propose(k);
  world.flush();
  rest(world);
  world.flush();  // the last commit index, in the background
  rest(world);
  const Cost cost = MultiPaxos::cost(shape, {.count = operations});
  EXPECT_EQ(Range(counted(world)), cost.messages) << "N = " << shape.ranks;
  for (std::size_t mark = 0; mark < MultiPaxos::marks.size(); ++mark)
    EXPECT_EQ(Range(world.history().deepest(static_cast<int>(mark))), cost.delays[mark])
        << "N = " << shape.ranks << ", " << mark;
  std::size_t due = 0;
  for (Operation k = 0; k < operations; ++k)
    for (int mark = 0; mark < static_cast<int>(MultiPaxos::marks.size()); ++mark)
      for (Rank rank = 0; rank < shape.members(); ++rank) due += reaches<MultiPaxos>(shape, mark, rank, k) ? 1 : 0;
  EXPECT_EQ(world.history().reached.size(), due) << "N = " << shape.ranks;
  for (const auto& it : world.history().reached) EXPECT_TRUE(reaches<MultiPaxos>(shape, it.mark, it.rank, it.operation));
  for (const auto& it : world.history().answered) EXPECT_TRUE(it.is_accepted && it.payload_is_right);
}

TEST(MultiPaxos, CostsWhatItDeclares) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const int clients : {0, 1, 2, 3})
      for (const std::int64_t eager : {0, 1})
        for (const std::int64_t thrifty : {0, 1})
          for (const Settings& quorum : quorums(ranks))
            expect_declared_costs(
                paxos_shape(ranks, quorum + Settings{{"commit_broadcast", eager}, {"thrifty", thrifty}}, 5, clients), 5);
}

TEST(MultiPaxos, CostsWhatItDeclaresOnceSomebodyHasPrepared) {
  for (int ranks = 1; ranks <= 64; ranks += ranks < 8 ? 1 : 7)
    for (const int clients : {0, 1, 2, 3})
      for (const std::int64_t eager : {0, 1})
        for (const std::int64_t thrifty : {0, 1})
          for (const Settings& quorum : quorums(ranks))
            expect_declared_costs(
                paxos_shape(ranks, kElected + quorum + Settings{{"commit_broadcast", eager}, {"thrifty", thrifty}}, 5, clients),
                5);
}

TEST(MultiPaxos, DividesItsMessagesByTheBatch) {
  for (int ranks = 1; ranks <= 7; ++ranks)
    for (const Settings& leader : {Settings{}, kElected})
      for (const Settings& quorum : quorums(ranks))
        for (const int clients : {0, 1})
          for (const std::int64_t eager : {0, 1})
            for (const std::int64_t operations : {1, 3, 4, 5, 8, 11})  // the last batch leaves when nothing more will come
              expect_declared_costs(
                  paxos_shape(ranks, leader + quorum + Settings{{"commit_broadcast", eager}, {"batch", 4}}, 12, clients),
                  operations);
}

TEST(MultiPaxos, CostsTheSameWhateverOvertakesWhat) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Settings set{{"commit_broadcast", static_cast<std::int64_t>(seed % 2)}};
    const Shape shape = paxos_shape(5, set + quorums(5)[seed / 2 % 4], 1, static_cast<int>(seed / 8 % 4));
    PaxosWorld world(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50}, 8);
    for (Operation k = 0; k < 8; ++k) {
      world.propose(k);
      world.run();
    }
    EXPECT_EQ(Range(counted(world)), MultiPaxos::cost(shape, {.count = 8}).messages) << "seed " << seed;
    for (Operation k = 0; k < 8; ++k) EXPECT_TRUE(world.has_ended(k));
  }
}

TEST(MultiPaxos, CostsByHandAtFiveServers) {
  const auto cost = [](const Settings& set, int clients, std::int64_t operations = 1) {
    return MultiPaxos::cost(paxos_shape(5, set, 256, clients), {.count = operations});
  };
  const Settings one{{"q1", 5}, {"q2", 1}}, two{{"q1", 4}, {"q2", 2}}, thrifty{{"thrifty", 1}}, eager{{"commit_broadcast", 1}};
  EXPECT_EQ(cost({}, 0).messages, Range(8));             // 2(N - 1)
  EXPECT_EQ(cost({}, 3).messages, Range(10));            // whoever asks: 2N
  EXPECT_EQ(cost(eager, 0).messages, Range(16));         // + 2(N - 1)
  EXPECT_EQ(cost(thrifty, 1).messages, Range(6));        // 2(q2 - 1) + 2
  EXPECT_EQ(cost(two, 0).messages, Range(8));            // all the same
  EXPECT_EQ(cost(two + thrifty, 0).messages, Range(2));  // 2(q2 - 1)
  EXPECT_EQ(cost(one + thrifty, 0).messages, Range(0));
  EXPECT_EQ(cost(one + eager, 0).messages, Range(8)) << "what is chosen at once is told with the slot";
  EXPECT_EQ(cost({{"batch", 10}}, 1, 100).messages, Range(10 * 8 + 200));  // 2(N - 1)/b + 2
  const auto three = [](const Cost& c) { return std::vector<Range>{c.delays[0], c.delays[1], c.delays[2]}; };
  EXPECT_EQ(three(cost({}, 0)), (std::vector<Range>{2, 2, 2}));
  EXPECT_EQ(three(cost(eager, 0)), (std::vector<Range>{2, 3, 2}));
  EXPECT_EQ(three(cost(one, 0)), (std::vector<Range>{0, 1, 0}));
  EXPECT_EQ(three(cost(one, 1)), (std::vector<Range>{1, 2, 2}));
  EXPECT_EQ(three(cost({}, 1)), (std::vector<Range>{3, 3, 4}));
}

TEST(MultiPaxos, CostsWhatRaftCosts) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const int clients : {0, 2})
      for (const std::int64_t eager : {0, 1})
        for (const std::int64_t thrifty : {0, 1})
          for (const std::int64_t batch : {1, 4}) {
            const Settings set{{"commit_broadcast", eager}, {"thrifty", thrifty}, {"batch", batch}};
            Shape raft = shape_of<RaftReplication>(ranks, 8, set), paxos = paxos_shape(ranks, set, 8, clients);
            raft.in_flight = 8;
            raft.clients = clients;
            const Cost theirs = RaftReplication::cost(raft, {.count = 10}), ours = MultiPaxos::cost(paxos, {.count = 10});
            EXPECT_EQ(ours.messages, theirs.messages) << ranks;
            EXPECT_EQ(ours.delays, theirs.delays) << ranks;
          }
}

TEST(MultiPaxos, TellsTheStoryOfTwoOperations) {
  PaxosWorld world(paxos_shape(3), {}, 2);
  world.propose(0);
  world.run();
  world.propose(1);
  world.run();
  EXPECT_EQ(world.story(),
            "   0  0 → 1  ballot 3: accept operation 0 for slot 1; chosen up to 0\n"
            "   0  0 → 2  ballot 3: accept operation 0 for slot 1; chosen up to 0\n"
            "   1  1 → 0  ballot 3: accepted 1 from 1, I have all up to 1\n"
            "   1  2 → 0  ballot 3: accepted 1 from 1, I have all up to 1\n"
            "   2  0 → 1  ballot 3: accept operation 1 for slot 2; chosen up to 1\n"  // so they apply operation 0
            "   2  0 → 2  ballot 3: accept operation 1 for slot 2; chosen up to 1\n"
            "   3  1 → 0  ballot 3: accepted 1 from 2, I have all up to 2\n"
            "   3  2 → 0  ballot 3: accepted 1 from 2, I have all up to 2\n");
  EXPECT_EQ(world.machine(1).replica().applied_index, 1U);
}

/// Rank 0 has proposed two operations, of which one acceptor has the second only, when it crashes. Slot 1 gets a no-op.
TEST(MultiPaxos, TellsTheStoryOfANewLeader) {
  Shape shape = paxos_shape(3, {{"election_timeout_us", 2}}, 2);
  PaxosWorld world(shape, {.delay_least_ns = 100, .delay_most_ns = 100}, 3);
  world.run_until(150);
  for (const Rank to : {1, 2}) world.cut(0, to);
  world.propose(0);
  world.mend();
  world.cut(0, 2);
  world.propose(1);
  world.mend();
  world.crash(0);
  ASSERT_TRUE(world.run_till([&] { return world.leads(1) || world.leads(2); }));
  const Rank leader = world.leads(1) ? 1 : 2;
  world.run_until(world.now() + 250);
  const paxos::Replica& replica = world.machine(leader).replica();
  EXPECT_EQ(replica.commit_index, 2U);
  EXPECT_EQ(replica.log[1].operation, paxos::Entry::no_op);
  EXPECT_EQ(replica.log[2].operation, 1);
  EXPECT_EQ(world.story(),
            " 150  0 → 1  ballot 3: accept operation 0 for slot 1; chosen up to 0  (cut off)\n"
            " 150  0 → 2  ballot 3: accept operation 0 for slot 1; chosen up to 0  (cut off)\n"
            " 150  0 → 1  ballot 3: accept operation 1 for slot 2; chosen up to 0\n"
            " 150  0 → 2  ballot 3: accept operation 1 for slot 2; chosen up to 0  (cut off)\n"
            " 150  0 crashes\n"
            " 250  1 → 0  ballot 3: accepted 1 from 2, I have all up to 0\n"
            "3055  2 → 0  prepare ballot 8 for all behind slot 0\n"  // 2 * 3 + its rank
            "3055  2 → 1  prepare ballot 8 for all behind slot 0\n"
            "3155  1 → 2  ballot 8: slot 2 has operation 1, accepted in ballot 3\n"
            "3155  1 → 2  ballot 8: I promise, and have accepted 1 values behind slot 0\n"
            "3255  2 → 0  ballot 8: accept no-op for slot 1; chosen up to 0\n"
            "3255  2 → 0  ballot 8: accept operation 1 for slot 2; chosen up to 0\n"
            "3255  2 → 1  ballot 8: accept no-op for slot 1; chosen up to 0\n"
            "3255  2 → 1  ballot 8: accept operation 1 for slot 2; chosen up to 0\n"
            "3355  1 → 2  ballot 8: accepted 1 from 1, I have all up to 1\n"
            "3355  1 → 2  ballot 8: accepted 1 from 2, I have all up to 2\n");
}

TEST(MultiPaxos, ChoosesASlotThoughTheOneBeforeItIsNotChosen) {
  PaxosWorld world(paxos_shape(3, {}, 2), {}, 2);
  for (const Rank to : {1, 2}) world.cut(0, to);
  world.propose(0);
  world.mend();
  world.propose(1);
  world.run();
  ASSERT_EQ(world.history().reached.size(), 1U);
  EXPECT_EQ(world.history().reached[0].operation, 1);
  EXPECT_EQ(world.history().reached[0].mark, paxos::committed);
  EXPECT_EQ(world.machine(0).replica().commit_index, 0U) << "nothing is applied before slot 1 is chosen";
}

TEST(MultiPaxos, CommitsATimeOutAndTwoRoundTripsAfterItWasAskedWhereNobodyLed) {
  for (const int ranks : {2, 3, 5, 64}) {
    PaxosWorld world(paxos_shape(ranks, kElected), {}, 1);
    world.run_until(777);
    world.propose(0);
    world.run_until(777 + kTimeout + 10);
    ASSERT_FALSE(world.history().reached.empty());
    EXPECT_EQ(world.history().reached[0].at, 777 + kTimeout + 4) << ranks;  // prepare, promise, accept, accepted
  }
}

TEST(MultiPaxos, PipelinesWhatIsInFlight) {
  PaxosWorld world(paxos_shape(3, {}, 8), {}, 8);
  for (Operation k = 0; k < 8; ++k) world.propose(k);
  EXPECT_EQ(world.history().sent.size(), 16U);  // all are on their way before the first is accepted
  world.run();
  EXPECT_EQ(world.machine(0).replica().commit_index, 8U);
  EXPECT_EQ(world.now(), 2);  // ticks of the simulated network, one a message
}

TEST(MultiPaxos, AnAcceptOfEightBytesStaysWithinACacheLine) {
  constexpr std::size_t kOpenMpiHeaders = 22;  // of a message in shared memory: 8 of the fast box, 14 of the matching
  EXPECT_LE(sizeof(paxos::Message) + sizeof(Depth) + 8 + kOpenMpiHeaders, 64U);
}

TEST(MultiPaxos, KeepsTheLeaseOfWhatItAcceptedUntilItIsCompacted) {
  const Shape shape = paxos_shape(2, {}, 2);
  PayloadArena arena(1, 8);
  paxos::Out out(bounds_of<MultiPaxos>(shape, 1));
  MultiPaxos acceptor(shape, 1);
  paxos::Message accept{.first = 0, .count = 1, .kind = multi_paxos::Kind::accept, .ballot = 2, .index = 1, .slots = 1};
  acceptor.step(0, accept, arena.allocate(8), out);
  EXPECT_FALSE(arena.allocate(8)) << "the log holds the only lease";
  for (paxos::Index index = 2; index <= 4; ++index) {
    accept.first = index - 1;
    accept.index = index;
    accept.up_to = index - 1;
    out.clear();
    acceptor.step(0, accept, Payload(), out);
    acceptor.afterwards(out);
  }
  EXPECT_TRUE(arena.allocate(8)) << "the slot is in the snapshot now";
}

TEST(MultiPaxos, RefusesWhatCannotRun) {
  EXPECT_EQ(MultiPaxos::unfit(paxos_shape(3, {{"batch", 8}}, 8)), "");
  EXPECT_NE(MultiPaxos::unfit(paxos_shape(3, {{"batch", 9}}, 8)), "");
  EXPECT_NE(MultiPaxos::unfit(paxos_shape(3, {{"leader", 1}})), "") << "nobody ever times out";
  for (int ranks = 1; ranks <= 9; ++ranks)
    for (std::int64_t q1 = 1; q1 <= 10; ++q1)
      for (std::int64_t q2 = 1; q2 <= 10; ++q2)
        EXPECT_EQ(MultiPaxos::unfit(paxos_shape(ranks, {{"q1", q1}, {"q2", q2}})).empty(),
                  q1 <= ranks && q2 <= ranks && q1 + q2 > ranks);
  EXPECT_NE(MultiPaxos::unfit(paxos_shape(5, {{"q2", 2}})), "") << "a majority need not meet any two of five";
  EXPECT_EQ(MultiPaxos::unfit(paxos_shape(4, {{"q2", 2}})), "") << "three of four do";
}

TEST(MultiPaxos, AnswersForClientsThatDriftApart) {
  constexpr Operation kAhead = 2000;
  PaxosWorld world(paxos_shape(3, {{"commit_broadcast", 1}}, 1, 2), {}, kAhead + 2);
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
}  // namespace coordbench::testing::multi_paxos_test
