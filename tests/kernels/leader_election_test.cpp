#include "kernels/leader_election.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/kernels/violations.hpp"
#include "tests/kernels/watched.hpp"
#include "tests/safety/leader_election/safety.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing::leader_election_test {
namespace {

using leader_election::Safety;
using Raft = Watched<Safety>;
using Kind = LeaderElection::Kind;
using Message = LeaderElection::Message;

constexpr int kMarks = 3;

Shape raft_shape(int ranks, std::int64_t pre_vote = 0, std::int64_t timeout_us = 0) {
  return shape_of<LeaderElection>(ranks, 0, {{"pre_vote", pre_vote}, {"election_timeout_us", timeout_us}});
}
/// Time-outs are tested with hops of 10 ns and a time-out of 1 µs.
Faults tens() { return {.delay_least_ns = 10, .delay_most_ns = 10}; }

/// Uncontested elections one after the other, each to its rest: messages, marks and delays.
void expect_declared_costs(const Shape& shape, const Faults& faults, std::int64_t elections) {
  Raft world(shape, faults, elections);
  double expected = 0;
  for (Operation k = 0; k < elections; ++k) {
    world.propose(k);
    world.run_until(world.now() + 500);
    const Cost cost = LeaderElection::cost(shape, k);
    expected += cost.messages.least;
    EXPECT_EQ(static_cast<double>(world.counted()), expected) << shape.ranks << " ranks, election " << k;
    std::map<int, int> deepest, ranks, due;
    for (const auto& reached : world.history().reached) {
      if (reached.operation != k) continue;
      EXPECT_TRUE(reaches<LeaderElection>(shape, reached.mark, reached.rank, k));
      deepest[reached.mark] = std::max(deepest[reached.mark], reached.depth);
      ++ranks[reached.mark];
    }
    for (int mark = 0; mark < kMarks; ++mark) {
      EXPECT_EQ(deepest[mark], cost.delays[static_cast<std::size_t>(mark)].least) << shape.ranks << " ranks, mark " << mark;
      for (Rank rank = 0; rank < shape.ranks; ++rank) due[mark] += reaches<LeaderElection>(shape, mark, rank, k) ? 1 : 0;
    }
    EXPECT_EQ(ranks, due) << shape.ranks << " ranks";
    EXPECT_EQ(world.machine(0).election().term(), static_cast<raft::Term>(k + 1));
  }
  world.expect_end();
}

TEST(LeaderElection, CostsWhatItDeclaresForEveryN) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t pre_vote : {0, 1})
      for (const std::int64_t timeout_us : {0, 1}) expect_declared_costs(raft_shape(ranks, pre_vote, timeout_us), {}, 4);
}

TEST(LeaderElection, CostsByHandAtFiveRanks) {
  const Cost plain = LeaderElection::cost(raft_shape(5), 0), careful = LeaderElection::cost(raft_shape(5, 1), 0);
  EXPECT_EQ(plain.messages, Range(16));    // 4 requests and 4 votes, 4 appends and 4 acceptances
  EXPECT_EQ(careful.messages, Range(24));  // and 4 pre-votes asked for and given
  EXPECT_EQ(plain.delays, (std::array<Range, kMarksMax>{2, 3, 4, Range{}}));
  EXPECT_EQ(careful.delays, (std::array<Range, kMarksMax>{4, 5, 6, Range{}}));
  EXPECT_EQ(LeaderElection::cost(raft_shape(1, 1), 0).messages, Range(0));
}

TEST(LeaderElection, CostsTheSameWhicheverVoteComesLast) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed)
    expect_declared_costs(raft_shape(6, static_cast<std::int64_t>(seed % 2)),
                          {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50, .fifo = true}, 2);
}

TEST(LeaderElection, TellsTheStoryOfAnElection) {
  Raft world(raft_shape(3, 1), {}, 1);
  world.propose(0);
  world.run();
  EXPECT_EQ(world.conversation(),
            "   0  0 → 1  election 0, term 1: would you vote for me?\n"
            "   0  0 → 2  election 0, term 1: would you vote for me?\n"
            "   1  1 → 0  election 0, term 1: I would\n"
            "   1  2 → 0  election 0, term 1: I would\n"
            "   2  0 → 1  election 0, term 1: vote for me\n"
            "   2  0 → 2  election 0, term 1: vote for me\n"
            "   3  1 → 0  election 0, term 1: my vote is yours\n"
            "   3  2 → 0  election 0, term 1: my vote is yours\n"
            "   4  0 → 1  election 0, term 1: I lead\n"
            "   4  0 → 2  election 0, term 1: I lead\n"
            "   5  1 → 0  election 0, term 1: I follow\n"
            "   5  2 → 0  election 0, term 1: I follow\n");
}

/// 3.4: two candidates in one term, and a voter in the middle that has one vote.
TEST(LeaderElection, ASplitVoteElectsNobodyInItsTerm) {
  Raft world(raft_shape(4, 0, 1), tens(), 1);
  for (const auto& [from, to] : {std::pair{0, 2}, {0, 3}, {1, 0}, {1, 3}}) world.cut(from, to);
  world.propose(0, 0);  // asks 1
  world.propose(0, 3);  // asks 0, 1 and 2
  world.run_until(100);
  for (Rank rank = 0; rank < 4; ++rank) EXPECT_FALSE(world.machine(rank).election().leads());
  world.mend();
  world.run_until(5000);
  for (Rank rank = 0; rank < 4; ++rank) {
    EXPECT_EQ(world.machine(rank).election().leader(), 3) << "its time-out was the shorter one";
    EXPECT_EQ(world.machine(rank).election().term(), 2U);
  }
}

TEST(LeaderElection, ElectsAnotherWhenTheLeaderDies) {
  for (const std::int64_t pre_vote : {0, 1}) {
    Raft world(raft_shape(3, pre_vote, 1), tens(), 1);
    world.propose(0);
    world.run_until(500);
    EXPECT_TRUE(world.machine(0).is_established());
    world.crash(0);
    world.run_until(20'000);
    const Rank leader = leader_election::leader_of(world);
    EXPECT_TRUE(leader == 1 || leader == 2);
    world.restart(0);
    world.run_until(40'000);
    EXPECT_EQ(world.machine(0).election().leader(), leader) << "it follows, and does not disturb";
    world.expect_end();
  }
}

/// 9.6: a server that was cut off comes back without a higher term.
TEST(LeaderElection, PreVotesKeepAServerThatWasCutOffFromRaisingTheTerm) {
  for (const std::int64_t pre_vote : {0, 1}) {
    Raft world(raft_shape(3, pre_vote, 1), tens(), 1);
    world.propose(0);
    world.run_until(500);
    for (const Rank other : {0, 1}) world.cut(2, other), world.cut(other, 2);
    world.run_until(50'000);
    EXPECT_EQ(world.machine(2).election().term() > 1, pre_vote == 0);
    world.mend();
    world.run_until(100'000);
    EXPECT_EQ(world.machine(0).election().term() == 1 && world.machine(0).is_established(), pre_vote == 1);
    EXPECT_TRUE(leader_election::is_settled(world));
  }
}

/// A machine asked by hand.
struct Site {
  Site(const Shape& shape, Rank self) : machine(shape, self), out(bounds_of<LeaderElection>(shape, self)) {}
  std::vector<Message> propose(Operation k) {
    out.clear();
    machine.propose(k, {}, out);
    return sent();
  }
  std::vector<Message> step(Rank from, const Message& message) {
    out.clear();
    machine.step(from, message, {}, out);
    return sent();
  }
  LeaderElection machine;
  LeaderElection::Out out;

 private:
  std::vector<Message> sent() {
    std::vector<Message> messages;
    for (const auto& envelope : out.envelopes()) messages.push_back(envelope.message);
    return messages;
  }
};
Message word(Operation k, Kind kind, raft::Term term) {
  return {.first = static_cast<std::uint32_t>(k), .count = 1, .kind = kind, .term = term, .is_established = 0};
}

TEST(LeaderElection, DoesNotCountWhatIsLateFromTheElectionBefore) {
  Site careful(raft_shape(3, 1), 0);
  careful.propose(0);
  EXPECT_EQ(careful.propose(1).at(0).term, 1U) << "nobody has voted: the same term is asked about again";
  EXPECT_TRUE(careful.step(1, word(0, Kind::pre_vote_granted, 1)).empty());
  EXPECT_EQ(careful.step(1, word(1, Kind::pre_vote_granted, 1)).at(0).kind, Kind::vote);

  Site plain(raft_shape(3), 0);
  plain.propose(0);
  plain.propose(1);
  EXPECT_TRUE(plain.step(1, word(0, Kind::vote_granted, 1)).empty());
  EXPECT_EQ(plain.step(1, word(1, Kind::vote_granted, 2)).at(0).kind, Kind::append);
  EXPECT_TRUE(plain.step(1, word(0, Kind::accepted, 1)).empty());
  EXPECT_FALSE(plain.machine.is_established());
  plain.step(1, word(1, Kind::accepted, 2));
  EXPECT_TRUE(plain.machine.is_established());
}

TEST(LeaderElection, DoesNotCountAVoteOfAnOlderTerm) {
  Site site(raft_shape(3), 0);
  site.propose(0);
  site.step(1, word(0, Kind::vote_denied, 4));
  EXPECT_EQ(site.propose(1).at(0).term, 5U);
  EXPECT_TRUE(site.step(1, word(1, Kind::vote_granted, 1)).empty());
  EXPECT_FALSE(site.machine.election().leads());
}

TEST(LeaderElection, ALeaderResignsWhenItHearsOfANewerElection) {
  Site site(raft_shape(3), 0);
  site.propose(0);
  site.step(1, word(0, Kind::vote_granted, 1));
  ASSERT_TRUE(site.machine.election().leads());
  EXPECT_EQ(site.step(2, word(1, Kind::vote, 2)).at(0).kind, Kind::vote_granted);
  EXPECT_FALSE(site.machine.election().leads());
}

TEST(LeaderElection, RejectsAStaleLeaderAndCandidate) {
  Site site(raft_shape(3), 1);
  site.step(0, word(0, Kind::append, 5));
  for (const Kind kind : {Kind::append, Kind::vote}) {
    const auto sent = site.step(2, word(0, kind, 4));
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent.front().kind, kind == Kind::append ? Kind::rejected : Kind::vote_denied);
    EXPECT_EQ(sent.front().term, 5U);
  }
  EXPECT_EQ(site.machine.answer(0).outcome, 0);
}

TEST(LeaderElection, AcceptsTheOnlyCandidateUnlessTimeOutsMakeOthers) {
  EXPECT_TRUE(LeaderElection::accepts(raft_shape(3), 0, election::leader_is(0)));
  EXPECT_FALSE(LeaderElection::accepts(raft_shape(3), 0, election::leader_is(1)));
  EXPECT_FALSE(LeaderElection::accepts(raft_shape(3), 0, {.outcome = 0}));
  EXPECT_TRUE(LeaderElection::accepts(raft_shape(3, 0, 1), 0, election::leader_is(1)));
  EXPECT_FALSE(LeaderElection::accepts(raft_shape(3, 0, 1), 0, election::leader_is(3)));
  EXPECT_FALSE(LeaderElection::accepts(raft_shape(3, 0, 1), 0, election::leader_is(election::nobody)));
}

TEST(LeaderElection, RefusesElectionsThatOverlap) {
  Shape shape = raft_shape(4);
  EXPECT_EQ(LeaderElection::unfit(shape), "");
  shape.in_flight = 2;
  EXPECT_NE(LeaderElection::unfit(shape).find("--in-flight 1"), std::string::npos);
}

// ---- faults that it does not survive -------------------------------------------------------------------------------------

/// A server whose vote is lost with its memory may vote twice in a term.
struct Amnesia : Safety {
  using Invariants = std::tuple<leader_election::ElectionSafety>;
  static void draw(Schedule& schedule, Random& random) {
    Safety::draw(schedule, random);
    schedule.shape.ranks = 3 + schedule.shape.ranks % 3;
    schedule.faults.amnesia = 0.9;
    schedule.faults.crash_every_ns = schedule.faults.crash_lasts_ns = 20 * kHop;
  }
};

/// Quorums that do not intersect: a candidate that takes a denied vote for a vote.
class Usurper : public LeaderElection {
 public:
  using LeaderElection::LeaderElection;
  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    Message heard = message;
    if (message.kind == Kind::vote_denied && message.term == election().term()) heard.kind = Kind::vote_granted;
    LeaderElection::step(from, heard, payload, out);
  }
};
struct BrokenQuorum : Safety {
  using Protocol = Usurper;
  using Invariants = std::tuple<leader_election::ElectionSafety>;
};
struct Kept : Safety {
  using Invariants = std::tuple<leader_election::ElectionSafety>;
};

TEST(LeaderElection, TheSimulatedWorldFindsTwoLeadersWhereQuorumsOrMemoryAreBroken) {
  EXPECT_EQ(violations<Kept>(1000), 0);
  EXPECT_GT(violations<BrokenQuorum>(1000), 20);
  EXPECT_GT(violations<Amnesia>(1000), 5);
}

}  // namespace
}  // namespace coordbench::testing::leader_election_test
