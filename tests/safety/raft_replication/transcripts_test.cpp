// Famous moments of Raft, word for word: the conversations in transcripts/, with comments for the reader, are what the machines
// say. Heartbeats are left out; a hop takes 100 ns, a time-out 2 to 4 µs.

#include <fmt/format.h>

#include <fstream>

#include "tests/safety/raft_replication/raft_world.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::raft_replication::transcripts_test {
namespace {

using Kind = raft::Message::Kind;

std::string transcript(const std::string& name) {
  std::ifstream file(fmt::format("{}/tests/safety/raft_replication/transcripts/{}.txt", COORDBENCH_SOURCE_DIR, name));
  std::string text;
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && line.front() != '#') text += line + "\n";
  return text;
}

/// `seed` decides who times out first.
class Told : public RaftWorld {
 public:
  Told(int servers, std::uint64_t seed) : RaftWorld(shape(servers, seed), {.delay_least_ns = 100, .delay_most_ns = 100}) {
    run_until(150);  // the first heartbeat and what is said to it
  }

 private:
  static Shape shape(int servers, std::uint64_t seed) {
    Shape shape = shape_of<RaftReplication>(servers, 8, {{"election_timeout_us", 2}});
    shape.seed = seed;
    return shape;
  }
};

TEST(RaftTranscripts, AClientsOperationIsAppendedCommittedAndAnnounced) {
  Shape shape = shape_of<RaftReplication>(3, 8, {{"commit_broadcast", 1}});
  shape.clients = 1;
  RaftWorld world(shape, {}, 1);
  world.propose(0);
  world.run();
  EXPECT_EQ(world.story(), transcript("happy_path"));
}

TEST(RaftTranscripts, AGroupWithoutALeaderElectsOne) {
  RaftWorld world(shape_of<RaftReplication>(3, 8, {{"leader", 1}, {"election_timeout_us", 2}}),
                  {.delay_least_ns = 100, .delay_most_ns = 100});
  world.run_until(150);
  world.propose(0);
  ASSERT_TRUE(world.run_till([&] { return world.has_ended(0); }));
  EXPECT_EQ(world.now(), 150 + 2000 + 3 * 200);  // the time-out, and a round trip each for pre-votes, votes and entries
  world.run_until(world.now() + 500);
  EXPECT_EQ(world.machine(2).core().state.count(), 1U);
  EXPECT_EQ(world.story(), transcript("first_election"));
}

TEST(RaftTranscripts, ALeaderIsIsolatedAndReturns) {
  Told world(3, 1);
  world.isolate(0);
  world.propose(0, 0);
  ASSERT_TRUE(world.run_till([&] { return world.leads(1); }));
  world.run_until(world.now() + 150);
  world.propose(1, 1);
  world.run_until(world.now() + 300);
  world.mend();
  world.run_until(world.now() + 1000);
  EXPECT_FALSE(world.leads(0));
  EXPECT_EQ(world.machine(0).core().state.count(), 1U);  // operation 1; nobody was told that 0 had been done
  EXPECT_EQ(world.story(), transcript("isolated_leader"));
}

TEST(RaftTranscripts, AVoteIsSplit) {
  Told world(3, 10);
  world.propose(0, 0);
  world.run_until(400);
  world.crash(0);
  ASSERT_TRUE(world.run_till([&] { return world.leads(2); }));
  world.run_until(world.now() + 300);
  EXPECT_EQ(world.machine(2).core().election.term(), 3U);
  EXPECT_EQ(world.story(), transcript("split_vote"));
}

/// Figure 8 of the paper, with its S1 as rank 0: an entry that a majority has is overwritten, since it is of an older term; so
/// it must not have been committed.
TEST(RaftTranscripts, AnOlderTermsEntryIsOnAMajorityAndYetOverwritten) {
  Told world(5, 296);
  for (const Rank other : {2, 3, 4}) world.cut(0, other);
  world.propose(0, 0);
  world.run_until(450);
  world.crash(0);  // (a): 0 and 1 have it

  world.isolate(1);
  ASSERT_TRUE(world.run_till_said(4, Kind::vote));
  world.crash_while_sending(4, 0);
  ASSERT_TRUE(world.run_till([&] { return !world.is_up(4); }));  // (b): 4 led term 2, and only 4 knows

  world.mend();
  world.restart(0);
  ASSERT_TRUE(world.run_till_said(0, Kind::vote));
  world.cut(0, 3);
  ASSERT_TRUE(world.run_till([&] { return world.leads(0) && world.machine(2).core().log.last() == 1; }));
  world.cut(0, 2);
  world.run_until(world.now() + 150);  // (c): 0, 1 and 2 have it, 0 knows, and does not commit it
  EXPECT_EQ(world.machine(0).core().log.last(), 2U);
  EXPECT_EQ(world.machine(0).core().commit_index, 0U);
  world.crash(0);

  world.mend();
  world.restart(4);
  world.isolate(1);
  ASSERT_TRUE(world.run_till([&] { return world.leads(4); }));
  ASSERT_TRUE(world.run_till([&] { return world.machine(4).core().commit_index == 2; }));  // (d): 4 has overwritten it
  EXPECT_EQ(world.machine(2).core().log[1].operation, raft::Entry::no_op);
  EXPECT_TRUE(world.history().reached.empty());
  EXPECT_EQ(world.story(), transcript("figure_8"));
}

}  // namespace
}  // namespace coordbench::testing::raft_replication::transcripts_test
