#include "kernels/raft_replication.hpp"

#include <gtest/gtest.h>

#include "tests/safety/raft_replication/raft_world.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing {
namespace {

using Raft = RaftReplication;
using Settings = std::vector<std::pair<std::string_view, std::int64_t>>;

Shape raft_shape(int ranks, const Settings& set = {}, int in_flight = 1) {
  Shape shape = shape_of<Raft>(ranks, 8, set);
  shape.in_flight = in_flight;
  return shape;
}

/// Operations proposed back to back on a perfect network, to their rest.
void expect_declared_costs(const Shape& shape, std::int64_t operations) {
  RaftWorld world(shape, {}, operations);
  for (Operation k = 0; k < operations; ++k) world.propose(k);
  world.flush();
  world.run();
  world.flush();  // the last commit index, in the background
  world.run();
  world.expect_end();
  const Traffic traffic = world.traffic();
  EXPECT_EQ(traffic.messages_sent - traffic.background_messages, Raft::messages(shape, operations)) << "N = " << shape.ranks;
  for (int mark = 0; mark < 3; ++mark)
    EXPECT_EQ(world.history().deepest(mark), Raft::delays(shape, mark)) << "N = " << shape.ranks << ", mark " << mark;
}

TEST(RaftReplication, CostsWhatItDeclares) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t client : {0, 1})
      for (const std::int64_t eager : {0, 1})
        expect_declared_costs(raft_shape(ranks, {{"client", client}, {"commit_broadcast", eager}}), 1);
}

TEST(RaftReplication, CostsWhatItDeclaresWhenThrifty) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t client : {0, 1})
      for (const std::int64_t eager : {0, 1}) {
        const Shape shape = raft_shape(ranks, {{"client", client}, {"commit_broadcast", eager}, {"thrifty", 1}});
        RaftWorld world(shape, {}, 1);
        world.propose(0);
        world.run();
        EXPECT_EQ(world.traffic().messages_sent - world.traffic().background_messages, Raft::messages(shape, 1)) << ranks;
        EXPECT_EQ(world.history().deepest(Raft::answered), Raft::delays(shape, Raft::answered)) << ranks;
      }
}

TEST(RaftReplication, DividesItsMessagesByTheBatch) {
  for (int ranks = 1; ranks <= 7; ++ranks)
    for (const std::int64_t client : {0, 1})
      for (const std::int64_t eager : {0, 1})
        for (const std::int64_t operations : {1, 3, 4, 5, 8, 11})  // the last batch leaves when nothing more will come
          expect_declared_costs(raft_shape(ranks, {{"client", client}, {"commit_broadcast", eager}, {"batch", 4}}, 12),
                                operations);
}

TEST(RaftReplication, CostsByHandAtFiveServers) {
  const auto messages = [](const Settings& set, std::int64_t operations = 1) {
    return Raft::messages(raft_shape(5, set, 256), operations);
  };
  EXPECT_EQ(messages({}), 8);                                                                   // 2(N - 1)
  EXPECT_EQ(messages({{"client", 1}}), 10);                                                     // 2N
  EXPECT_EQ(messages({{"commit_broadcast", 1}}), 16);                                           // + 2(N - 1)
  EXPECT_EQ(messages({{"thrifty", 1}, {"client", 1}}), 6);                                      // 2 floor(N/2) + 2
  EXPECT_EQ(messages({{"batch", 10}, {"client", 1}}, 100), 10 * 8 + 100 * 2);                   // 2(N - 1)/b + 2
  EXPECT_EQ(messages({{"batch", 10}}, 101), 11 * 8);
}

TEST(RaftReplication, AnAppendOfEightBytesStaysWithinACacheLine) {
  constexpr std::size_t kOpenMpiHeaders = 22;  // of a message in shared memory: 8 of the fast box, 14 of the matching
  EXPECT_LE(sizeof(RaftMessage) + sizeof(Depth) + 8 + kOpenMpiHeaders, 64U);
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
  Outbox<RaftMessage> out(Raft::outbox_capacity(shape));
  Raft follower(shape, 1);
  RaftMessage append{.first = 0, .count = 1, .kind = RaftMessage::Kind::append, .term = 1, .entries_term = 1};
  follower.step(0, 0, append, arena.allocate(8), out);
  EXPECT_FALSE(arena.allocate(8)) << "the log holds the only lease";
  for (RaftIndex index = 1; index <= RaftSetting(shape).retained() + 2; ++index) {  // what was just applied stays
    append.first = append.index = append.commit = index;
    append.index_term = 1;
    out.clear();
    follower.step(0, 0, append, Payload(), out);
    follower.afterwards(out);
  }
  EXPECT_TRUE(arena.allocate(8)) << "the entry is in the snapshot now";
}

TEST(RaftReplication, IsNotMeasuredWhereAHeartbeatDecidesWhatIsSent) {
  EXPECT_EQ(Raft::uncountable(raft_shape(3, {{"election_timeout_us", 1000}})), "");
  EXPECT_EQ(Raft::uncountable(raft_shape(3, {{"batch", 2}, {"thrifty", 1}}, 2)), "");
  EXPECT_NE(Raft::uncountable(raft_shape(3, {{"election_timeout_us", 1000}, {"batch", 2}}, 2)), "");
  EXPECT_NE(Raft::uncountable(raft_shape(3, {{"election_timeout_us", 1000}, {"thrifty", 1}})), "");
}

TEST(RaftReplication, RefusesABatchThatNeverFillsAndOneThatNoMessageHolds) {
  EXPECT_EQ(Raft::unfit(raft_shape(3, {{"batch", 8}}, 8)), "");
  EXPECT_NE(Raft::unfit(raft_shape(3, {{"batch", 9}}, 8)), "");
  Shape large = raft_shape(3, {{"batch", 32}}, 32);
  large.payload_bytes = 1 << 20;
  EXPECT_NE(Raft::unfit(large), "");
}

TEST(RaftReplication, KnowsWhoAnswers) {
  const Shape alone = raft_shape(5), asked = raft_shape(5, {{"client", 1}}), thrifty = raft_shape(5, {{"thrifty", 1}});
  EXPECT_EQ(Raft::answers(alone, 0), 2);  // for what it applied, and for what it asked
  EXPECT_EQ(Raft::answers(asked, 0), 1);
  EXPECT_EQ(Raft::answers(asked, 5), 1);
  EXPECT_EQ(Raft::answers(thrifty, 2), 1);
  EXPECT_EQ(Raft::answers(thrifty, 3), 0);
}

}  // namespace
}  // namespace coordbench::testing
