// What leases of a leader must survive: clocks that drift within the bound, answers that come late, servers that come back. The
// old leader is cut off, somebody else is elected and writes, and the old leader is asked to read. It must not return the old
// value; the invariants watch.

#include "tests/kernels/raft_reads.hpp"

namespace coordbench::testing::raft_replication::leases_test {
namespace {

using Kind = raft::Message::Kind;
constexpr Time kTimeout = RaftReads::kTimeout;

struct Told : RaftWorld {
  explicit Told(const Settings& more, const Faults& faults = {}) : RaftWorld(shape(more, faults.seed), faults) {
    run_until(2 * kTimeout);
    if (leads(0)) propose(first, 0);
    run_until(now() + 20);
  }
  static Shape shape(const Settings& more, std::uint64_t seed) {
    Settings set{{"election_timeout_us", kTimeout / 1000}};
    set.insert(set.end(), more.begin(), more.end());
    Shape shape = RaftReads::shape(3, RaftReads::lease, set);
    shape.seed = seed;
    return shape;
  }
  void cut_both(Rank one, Rank other) { cut(one, other), cut(other, one); }
  /// Whoever else leads writes; then the old leader reads.
  void write_and_read() {
    if (const Rank leader = leads(1) ? 1 : leads(2) ? 2 : -1; leader > 0) propose(second, leader);
    run_until(now() + 20);
    if (!listens(0)) resume(0);
    if (leads(0)) propose(read, 0);
    run_until(now() + 20);
  }
  const Operation first = RaftReads::next(RaftWorld::shape(), 0, false);
  const Operation second = RaftReads::next(RaftWorld::shape(), first + 1, false);
  const Operation read = RaftReads::next(RaftWorld::shape(), 0, true);
};

TEST(RaftLeases, OutlastNoClockWithinTheBound) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Told world({{"drift_percent", 47}}, {.seed = seed, .drift_per_million = 300'000});
    if (!world.leads(0)) continue;
    world.isolate(0);
    world.run_till([&] { return world.leads(1) || world.leads(2); });
    world.run_until(world.now() + 20);
    world.write_and_read();
  }
}

TEST(RaftLeases, AnswersThatComeLateAreOfAnOldRound) {
  Told world({{"drift_percent", 0}});
  ASSERT_TRUE(world.run_till_said(0, Kind::confirm));
  world.pause(0);
  world.run_until(world.now() + 5);
  world.isolate(0);
  ASSERT_TRUE(world.run_till([&] { return world.leads(1) || world.leads(2); }));
  world.run_until(world.now() + 20);
  world.write_and_read();
  EXPECT_TRUE(world.has_ended(world.second));
  EXPECT_FALSE(world.has_ended(world.read));
}

/// Rank 2 does not hear the leader, and campaigns; rank 1 does.
TEST(RaftLeases, NobodyVotesWhoHasJustHeardTheLeader) {
  Told world({{"drift_percent", 0}, {"pre_vote", 0}});
  world.cut_both(0, 2);
  ASSERT_TRUE(world.run_till_said(2, Kind::vote));
  world.isolate(0);
  world.run_until(world.now() + 20);
  EXPECT_FALSE(world.leads(2));
  world.write_and_read();
  EXPECT_TRUE(world.has_ended(world.read)) << "the lease holds";
}

TEST(RaftLeases, NobodyVotesWhoMayHaveHeardTheLeaderBeforeItCrashed) {
  Told world({{"drift_percent", 0}, {"pre_vote", 0}});
  world.cut_both(0, 2);
  ASSERT_TRUE(world.run_till_said(2, Kind::vote));
  world.crash(1);
  world.restart(1);
  world.isolate(0);
  world.run_until(world.now() + 20);
  EXPECT_FALSE(world.leads(2));
  world.write_and_read();
  EXPECT_TRUE(world.has_ended(world.read)) << "the lease holds";
}

}  // namespace
}  // namespace coordbench::testing::raft_replication::leases_test
