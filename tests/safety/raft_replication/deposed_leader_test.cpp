// A leader that is deposed and does not know it is asked to read (read=index). It sleeps and is cut off, somebody else is
// elected and writes, it wakes up and believes that it still leads. It must not return the old value; the invariants watch.

#include <set>

#include "tests/kernels/raft_reads.hpp"

namespace coordbench::testing::raft_replication::deposed_leader_test {
namespace {

constexpr Time kTimeout = RaftReads::kTimeout;

/// Rank 0 leads, and everybody has applied a first write.
struct Deposed : RaftWorld {
  explicit Deposed(int servers) : RaftWorld(reading(servers)) {
    run_until(2 * kTimeout);
    propose(first, 0);
    run_until(now() + 20);
  }
  static Shape reading(int servers) {
    return RaftReads::shape(servers, RaftReads::index, {{"election_timeout_us", kTimeout / 1000}}, 2);
  }
  /// Rank 0 sleeps, and hears nothing but its `friends`. One of the others is elected and writes.
  void depose(const std::set<Rank>& friends = {}) {
    for (Rank other = 1; other < size(); ++other)
      if (!friends.contains(other)) cut_off(other, friends);
    pause(0);
    ASSERT_TRUE(run_till([&] { return leader_of(*this) != 0; }));
    propose(second, leader_of(*this));
    run_until(now() + 20);
    ASSERT_TRUE(has_ended(second));
  }
  /// Rank 0 wakes up and is asked.
  void wake_and_read() {
    resume(0);
    ASSERT_TRUE(leads(0));
    propose(read, 0);
  }

  const Operation first = RaftReads::next(reading(3), 0, false);
  const Operation second = RaftReads::next(reading(3), first + 1, false);
  const Operation earlier_read = RaftReads::next(reading(3), 0, true);
  const Operation read = RaftReads::next(reading(3), earlier_read + 1, true);

 private:
  void cut_off(Rank other, const std::set<Rank>& friends) {
    cut(0, other), cut(other, 0);
    for (const Rank one : friends) cut(one, other), cut(other, one);
  }
};

TEST(RaftDeposedLeader, AsksWhoFollowsItBeforeItReads) {
  Deposed world(3);
  world.depose();
  world.wake_and_read();
  world.run_until(world.now() + 20);
  EXPECT_TRUE(world.leads(0)) << "nobody has told it yet";
  EXPECT_FALSE(world.has_ended(world.read));
}

TEST(RaftDeposedLeader, IsToldByServersOfALaterTerm) {
  Deposed world(3);
  world.depose();
  world.resume(0);  // its first heartbeat is lost, or that would be refused
  world.mend();
  world.wake_and_read();
  world.run_until(world.now() + 20);
  EXPECT_FALSE(world.leads(0));
  EXPECT_FALSE(world.has_ended(world.read));
}

TEST(RaftDeposedLeader, NeedsAMajorityThatFollowsIt) {
  Deposed world(5);
  world.depose({1});
  world.wake_and_read();
  ASSERT_TRUE(world.run_till_said(1, raft::Message::Kind::confirmed));
  world.run_until(world.now() + 20);
  EXPECT_FALSE(world.has_ended(world.read)) << "two of five follow it";
}

/// Rank 1 followed rank 0 in an earlier round. Its answer arrives while a later round is under way.
TEST(RaftDeposedLeader, TakesALateAnswerForWhatItIs) {
  Deposed world(3);
  const Time arrives_at = world.now() + 4 * kTimeout;
  world.slow(1, 0, 4 * kTimeout);
  world.propose(world.earlier_read, 0);
  world.run_until(world.now() + 20);
  ASSERT_TRUE(world.has_ended(world.earlier_read)) << "rank 2 has answered in time";
  world.depose();
  world.run_until(arrives_at - 20);
  world.wake_and_read();
  world.run_until(arrives_at + 20);
  EXPECT_FALSE(world.has_ended(world.read));
}

/// Both answers to a round come late. Another read is asked for while that round is under way.
TEST(RaftDeposedLeader, ReadsForWhatCameBeforeTheRoundBegan) {
  Deposed world(3);
  const Time arrives_at = world.now() + 4 * kTimeout;
  for (const Rank follower : {1, 2}) world.slow(follower, 0, 4 * kTimeout);
  world.propose(world.earlier_read, 0);
  world.run_until(world.now() + 20);
  world.depose();
  world.run_until(arrives_at - 20);
  world.wake_and_read();
  world.run_until(arrives_at + 20);
  EXPECT_TRUE(world.has_ended(world.earlier_read)) << "it was asked for before the second write";
  EXPECT_FALSE(world.has_ended(world.read));
}

}  // namespace
}  // namespace coordbench::testing::raft_replication::deposed_leader_test
