// Leases of Raft's leader: what they promise, and what they cannot: that a clock is slower than the bound.

#include <gtest/gtest.h>

#include "tests/kernels/raft_reads.hpp"

namespace coordbench::testing::raft_replication_lease_test {
namespace {

using raft_replication::RaftWorld;
using Raft = RaftReplication;

struct RaftReplicationLease : ::testing::Test, RaftReads {
  static Shape shape(const Settings& more = {}, std::int64_t read = lease, int ranks = 3) {
    Settings set{{"election_timeout_us", kTimeout / 1000}};
    set.insert(set.end(), more.begin(), more.end());
    return RaftReads::shape(ranks, read, set);
  }
  static std::int64_t sent(const RaftWorld& world) {
    return world.traffic().messages_sent - world.traffic().background_messages;
  }
};

TEST_F(RaftReplicationLease, ALeaderThatFollowersAnswerReadsAtOnce) {
  const Shape shape = this->shape();
  RaftWorld world(shape, {}, 64);
  world.run_until(kTimeout / 10);
  for (Operation k = next(shape, 0, true); k < 60; k = next(shape, k + 1, true)) {
    world.propose(k);
    EXPECT_TRUE(world.has_ended(k)) << "while the heartbeats renew the lease";
    world.run_until(world.now() + kTimeout / 3);
  }
  EXPECT_EQ(sent(world), 0);
}

/// The first round has not been answered yet: the read costs what it costs with index.
TEST_F(RaftReplicationLease, AReadBeforeTheLeaseHasBegunAsksForIt) {
  const Shape shape = this->shape();
  RaftWorld world(shape, {}, 64);
  const Operation read = next(shape, 0, true);
  world.propose(read);
  EXPECT_FALSE(world.has_ended(read));
  world.run_until(10);
  EXPECT_TRUE(world.has_ended(read));
  EXPECT_EQ(sent(world), 4);
}

/// Whether a leader that has been cut off for so long still answers a read.
bool answers_after(const Shape& shape, Time time, RaftWorld& world) {
  world.run_until(2 * RaftReads::kTimeout);
  world.isolate(0);
  world.run_until(world.now() + time);
  const Operation read = RaftReads::next(shape, 0, true);
  world.propose(read, 0);
  world.run_until(world.now() + 1);
  return world.has_ended(read);
}

TEST_F(RaftReplicationLease, ALeaseEndsThatNobodyRenews) {
  const Shape whole = shape({{"drift_percent", 0}}), drifting = shape({{"drift_percent", 50}}),
              shorter = shape({{"drift_percent", 0}, {"lease_us", kTimeout / 1000 / 2}});
  const auto answers = [](const Shape& shape, Time time) {
    RaftWorld world(shape, {}, 64);
    return answers_after(shape, time, world);
  };
  constexpr Time kHeartbeat = kTimeout / 5;  // the last round left at most so long ago
  EXPECT_TRUE(answers(whole, kTimeout - kHeartbeat - 10));
  EXPECT_FALSE(answers(whole, kTimeout));
  for (const Shape& half : {drifting, shorter}) {
    EXPECT_TRUE(answers(half, kTimeout / 2 - kHeartbeat - 10));
    EXPECT_FALSE(answers(half, kTimeout / 2));
  }
}

/// The lease counts from when the round was sent: answers that take long leave less of it.
TEST_F(RaftReplicationLease, AnswersThatTakeLongLeaveLessOfTheLease) {
  constexpr Time kDelay = kTimeout / 4;
  const Shape shape = this->shape({{"drift_percent", 0}});
  RaftWorld world(shape, {.delay_least_ns = kDelay, .delay_most_ns = kDelay}, 64);
  EXPECT_FALSE(answers_after(shape, kTimeout - 2 * kDelay + kTimeout / 5, world));
}

TEST_F(RaftReplicationLease, NobodyElseLeadsWhileItHolds) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Shape shape = this->shape({{"drift_percent", 0}});
    shape.seed = seed;
    RaftWorld world(shape, {.seed = seed}, 200);
    world.run_until(2 * kTimeout);
    world.isolate(0);
    Operation k = next(shape, 0, true);
    while (!world.leads(1) && !world.leads(2)) {
      world.run_until(world.now() + kTimeout / 50);
      if (k < 150) world.propose(k, 0), k = next(shape, k + 1, true);
    }
    const Operation late = next(shape, k, true), write = next(shape, late + 1, false);
    world.propose(write, world.leads(1) ? 1 : 2);
    world.run_until(world.now() + 20);
    EXPECT_TRUE(world.has_ended(write));
    world.propose(late, 0);
    world.run_until(world.now() + 20);
    EXPECT_FALSE(world.has_ended(late)) << "it may have been deposed";
  }
}

TEST_F(RaftReplicationLease, AVoteIsRefusedAWholeTimeOutAfterALeaderWasHeard) {
  raft::Election leased(3, 1, 1000, 1, true, true), plain(3, 1, 1000, 1, true, false);
  for (raft::Election* election : {&leased, &plain}) {
    election->hear(0, 500);
    election->enter(2, 600);  // somebody has told it of term 2
  }
  EXPECT_TRUE(plain.grant_vote(2, true, 700));
  EXPECT_FALSE(leased.grants_pre_vote(3, true, 1499));
  EXPECT_FALSE(leased.grant_vote(2, true, 1499));
  EXPECT_TRUE(leased.grant_vote(2, true, 1500));
  raft::Election back(3, 1, 1000, 1, true, true);
  back.restart();
  back.promise(5000);
  EXPECT_FALSE(back.grant_vote(2, true, 5999)) << "it does not know what it promised";
}

/// Somebody whom nobody hears has raised the term: that deposes no leader who is heard.
TEST_F(RaftReplicationLease, AVoteForALaterTermIsPassedOverWhileALeaderIsHeard) {
  for (const std::int64_t read : {index, lease}) {
    const Shape shape = this->shape({}, read);
    raft::Out out(bounds_of<Raft>(shape, 1));
    Raft server(shape, 1);
    const auto hears = [&](Time now, const raft::Message& message) {
      out.clear();
      out.hand(now);
      server.step(message.kind == raft::Message::Kind::vote ? 2 : 0, message, {}, out);
    };
    hears(10, {.kind = raft::Message::Kind::confirm, .term = 1});
    hears(20, {.kind = raft::Message::Kind::vote, .term = 7});
    EXPECT_EQ(server.core().election.term(), read == lease ? 1U : 7U);
    hears(10 + kTimeout, {.kind = raft::Message::Kind::vote, .term = 7});
    EXPECT_EQ(server.core().election.term(), 7U);
    EXPECT_EQ(server.core().election.voted_for(), 2);
  }
}

TEST_F(RaftReplicationLease, IsNotLongerThanTheTimeOut) {
  EXPECT_EQ(Raft::unfit(shape({{"lease_us", 1000}})), "");
  EXPECT_NE(Raft::unfit(shape({{"lease_us", 1001}})), "");
  EXPECT_EQ(Raft::unfit(shape({{"lease_us", 1001}}, index)), "") << "there are no leases";
  EXPECT_EQ(Raft::unfit(RaftReads::shape(3, lease, {{"lease_us", 1}})), "") << "without time-outs it holds for ever";
}

// ---- outside the claim: a clock that is slower than the bound ------------------------------------------------------------

/// Of runs in which the leader is cut off, somebody else is elected and writes, and the old leader is asked to read: how many
/// return the old value. Clocks run up to 30 % fast or slow, so that one may be slower than another by 47 %.
int stale_reads(std::int64_t drift_percent) {
  int stale = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Shape shape = RaftReplicationLease::shape({{"drift_percent", drift_percent}});
    shape.seed = seed;
    RaftWorld world(shape, {.seed = seed, .drift_per_million = 300'000}, 64);
    const Operation first = RaftReads::next(shape, 0, false), second = RaftReads::next(shape, first + 1, false);
    world.run_until(2 * RaftReads::kTimeout);
    if (!world.leads(0)) continue;
    world.propose(first, 0);
    world.run_until(world.now() + 20);
    world.isolate(0);
    if (!world.run_till([&] { return world.leads(1) || world.leads(2); })) continue;
    world.run_until(world.now() + 20);
    world.propose(second, world.leads(1) ? 1 : 2);
    world.run_until(world.now() + 20);
    EXPECT_TRUE(world.has_ended(second));
    if (!world.leads(0)) continue;
    try {
      world.propose(RaftReads::next(shape, 0, true), 0);
    } catch (const Violation& violation) {
      EXPECT_EQ(violation.sentence, raft_replication::Linearizability::sentence);
      ++stale;
    }
  }
  return stale;
}

TEST_F(RaftReplicationLease, RunsFindAStaleReadWhereAClockIsSlowerThanTheBound) {
  EXPECT_GT(stale_reads(0), 0);
  EXPECT_GT(stale_reads(10), 0);
  EXPECT_EQ(stale_reads(47), 0);
}

}  // namespace
}  // namespace coordbench::testing::raft_replication_lease_test
