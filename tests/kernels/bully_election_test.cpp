#include "kernels/bully_election.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "tests/kernels/violations.hpp"
#include "tests/kernels/watched.hpp"
#include "tests/safety/bully_election/safety.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing::bully_election_test {
namespace {

using bully_election::Safety;
using Bully = Watched<Safety>;
using Kind = BullyElection::Kind;

Shape bully_shape(int ranks, std::int64_t initiator = BullyElection::lowest, std::int64_t timeout_us = 0) {
  return shape_of<BullyElection>(ranks, 0, {{"initiator", initiator}, {"timeout_us", timeout_us}});
}
double messages(const Shape& shape, Operation k = 0) { return BullyElection::cost(shape, k).messages.least; }
bool is_within(int value, const Range& range) { return value >= range.least && value <= range.most; }

/// Elections one after the other: messages, who reaches which mark, delays.
void expect_declared_costs(const Shape& shape, const Faults& faults, std::int64_t elections) {
  Bully world(shape, faults, elections);
  double expected = 0;
  for (Operation k = 0; k < elections; ++k) {
    world.begin_everywhere(k);
    world.run_until(world.now() + 10'000);
    const Cost cost = BullyElection::cost(shape, k);
    EXPECT_EQ(cost.messages.least, cost.messages.most);
    expected += cost.messages.least;
    EXPECT_EQ(static_cast<double>(world.traffic().messages_sent), expected) << shape.ranks << " ranks, election " << k;
    std::array<int, 2> deepest{}, ranks{};
    for (const auto& reached : world.history().reached) {
      if (reached.operation != k) continue;
      const auto mark = static_cast<std::size_t>(reached.mark);
      deepest.at(mark) = std::max(deepest.at(mark), reached.depth);
      ++ranks.at(mark);
    }
    for (std::size_t mark = 0; mark < 2; ++mark) {
      EXPECT_TRUE(is_within(deepest.at(mark), cost.delays.at(mark))) << deepest.at(mark) << " delays of mark " << mark;
      EXPECT_EQ(ranks.at(mark), shape.ranks);
    }
  }
  world.expect_end();
  EXPECT_EQ(world.traffic().background_messages, 0);
}

TEST(BullyElection, CostsWhatItDeclaresForEveryNAndInitiator) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t initiator : {BullyElection::lowest, BullyElection::highest, BullyElection::by_operation})
      for (const std::int64_t timeout_us : {0, 1000}) expect_declared_costs(bully_shape(ranks, initiator, timeout_us), {}, 3);
}

TEST(BullyElection, CostsByHandAtFiveRanks) {
  EXPECT_EQ(messages(bully_shape(5)), 24);                         // N² - 1: 10 pairs exchange two messages, 4 are told
  EXPECT_EQ(messages(bully_shape(5, BullyElection::highest)), 4);  // N - 1
  EXPECT_EQ(messages(bully_shape(5, BullyElection::by_operation), 2), 10);  // ranks 2, 3 and 4: 3 pairs
  EXPECT_EQ(messages(bully_shape(5, BullyElection::by_operation), 7), 10);
  EXPECT_EQ(messages(bully_shape(1)), 0);
  EXPECT_EQ(messages(bully_shape(2)), 3);
}

/// In order between two ranks, as over MPI, or not even that.
TEST(BullyElection, CostsTheSameMessagesWhateverTheDelays) {
  for (int ranks = 2; ranks <= 7; ++ranks)
    for (std::uint64_t seed = 1; seed <= 400; ++seed)
      expect_declared_costs(bully_shape(ranks, static_cast<std::int64_t>(seed % 3)),
                            {.seed = seed, .delay = Faults::Delay::heavy_tail, .delay_most_ns = 1000, .fifo = seed % 2 == 0},
                            2);
}

TEST(BullyElection, TakesTheLeastDelaysWhereAllMessagesAreEquallyFast) {
  for (int ranks = 3; ranks <= 8; ++ranks) {
    Bully world(bully_shape(ranks), {}, 1);
    world.begin_everywhere(0);
    world.run();
    EXPECT_EQ(world.history().deepest(BullyElection::known), 2);
    EXPECT_EQ(world.history().deepest(BullyElection::ended), 3);
  }
}

/// At four ranks the most is reached: 0 → 3, 3 tells 1, 1 → 2, 2 → 3, 3 answers 2, and 2 answers 0.
TEST(BullyElection, MayTakeAllTheDelaysThatItDeclares) {
  int known = 0, ended = 0;
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    Bully world(bully_shape(4), {.seed = seed, .delay = Faults::Delay::heavy_tail, .delay_most_ns = 3000, .fifo = true}, 1);
    world.begin_everywhere(0);
    world.run();
    known = std::max(known, world.history().deepest(BullyElection::known));
    ended = std::max(ended, world.history().deepest(BullyElection::ended));
  }
  EXPECT_EQ(known, 6);
  EXPECT_EQ(ended, 6);
}

TEST(BullyElection, TellsTheStoryOfAnElection) {
  Bully world(bully_shape(4, BullyElection::by_operation), {}, 2);
  world.begin_everywhere(1);
  world.run();
  EXPECT_EQ(world.conversation(),
            "   0  1 → 2  election 1, round 0\n"
            "   0  1 → 3  election 1, round 0\n"
            "   1  2 → 1  answer 1, round 0\n"
            "   1  2 → 3  election 1, round 0\n"
            "   1  3 → 1  answer 1, round 0\n"
            "   1  3 → 0  coordinator 1, round 0\n"
            "   1  3 → 1  coordinator 1, round 0\n"
            "   1  3 → 2  coordinator 1, round 0\n"
            "   2  3 → 2  answer 1, round 0\n");
}

TEST(BullyElection, TellsTheStoryOfADeadHighestRankThatComesBack) {
  Bully world(bully_shape(3, BullyElection::lowest, 1), {}, 1);
  world.begin_everywhere(0);
  world.crash(2);
  world.run_until(1500);
  EXPECT_EQ(world.machine(0).coordinator(), 1);
  EXPECT_EQ(world.machine(1).coordinator(), 1);
  world.restart(2);
  world.run_until(5000);
  world.expect_end();
  EXPECT_EQ(world.conversation(),
            "   0  0 → 1  election 0, round 0\n"
            "   0  0 → 2  election 0, round 0\n"
            "   0  2 crashes\n"
            "   1  1 → 0  answer 0, round 0\n"
            "   1  1 → 2  election 0, round 0\n"
            "1001  1 → 2  coordinator 0, round 0\n"
            "1001  1 → 0  coordinator 0, round 0\n"
            "1500  2 is back\n"
            "1500  2 → 0  coordinator 0, round 1\n"
            "1500  2 → 1  coordinator 0, round 1\n");
}

/// The rank that should lead answers and dies: the one that was answered waits for twice the time-out, and asks again.
TEST(BullyElection, AsksAgainWhenTheRankThatAnsweredDies) {
  Bully world(bully_shape(2, BullyElection::lowest, 1), {}, 1);
  world.crash_while_sending(1, 1);
  world.begin_everywhere(0);
  world.run_until(3001);
  EXPECT_EQ(world.machine(0).coordinator(), election::nobody);
  world.run_until(3003);
  EXPECT_EQ(world.machine(0).coordinator(), 0);
  EXPECT_EQ(world.machine(0).newest_round(), 1U);
  world.restart(1);
  world.run_until(10'000);
  for (const Rank rank : {0, 1}) EXPECT_EQ(world.machine(rank).coordinator(), 1) << "the bully is back";
  world.expect_end();
}

/// A machine asked by hand.
struct Site {
  Site(const Shape& shape, Rank self) : machine(shape, self), out(bounds_of<BullyElection>(shape, self)) {}
  /// What it sends.
  std::vector<BullyElection::Message> step(Rank from, const BullyElection::Message& message) {
    out.clear();
    machine.step(from, message, {}, out);
    std::vector<BullyElection::Message> sent;
    for (const auto& envelope : out.envelopes()) sent.push_back(envelope.message);
    return sent;
  }
  BullyElection machine;
  BullyElection::Out out;
};

TEST(BullyElection, AnswersALateQuestionInItsOwnOperation) {
  Site site(bully_shape(4), 2);
  site.machine.begin(7, site.out);
  const auto sent = site.step(1, {.first = 6, .count = 1, .round = 0, .kind = Kind::election});
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].kind, Kind::answer);
  EXPECT_EQ(sent[0].first, 6U);
  EXPECT_EQ(sent[0].count, 1U);
  EXPECT_EQ(sent[1].kind, Kind::newer);
  EXPECT_EQ(sent[1].first, 7U);
  EXPECT_EQ(sent[1].count, 0U) << "background: no operation waits for it";
  EXPECT_TRUE(site.step(3, {.first = 6, .count = 1, .round = 0, .kind = Kind::answer}).empty());
  EXPECT_EQ(site.step(3, {.first = 6, .count = 1, .round = 0, .kind = Kind::coordinator}).size(), 1U);
  EXPECT_EQ(site.machine.coordinator(), election::nobody);
}

TEST(BullyElection, AcceptsTheHighestRankOnly) {
  const Shape shape = bully_shape(4);
  EXPECT_TRUE(BullyElection::accepts(shape, 0, election::leader_is(3)));
  EXPECT_FALSE(BullyElection::accepts(shape, 0, election::leader_is(2)));
  EXPECT_FALSE(BullyElection::accepts(shape, 0, {.outcome = 3}));
}

TEST(BullyElection, RefusesElectionsThatOverlap) {
  Shape shape = bully_shape(4);
  EXPECT_EQ(BullyElection::unfit(shape), "");
  shape.in_flight = 2;
  EXPECT_NE(BullyElection::unfit(shape).find("--in-flight 1"), std::string::npos);
}

// ---- faults that it does not survive -------------------------------------------------------------------------------------

/// Ranks 2 and 3 were asked, and then nothing gets across.
TEST(BullyElection, APartitionMakesTwoLeaders) {
  Cluster<BullyElection> world(bully_shape(4, BullyElection::lowest, 1), {}, 1);
  world.begin_everywhere(0);
  for (const Rank left : {0, 1})
    for (const Rank right : {2, 3}) world.cut(left, right), world.cut(right, left);
  world.run_until(10'000);
  for (const Rank left : {0, 1}) EXPECT_EQ(world.machine(left).coordinator(), 1);
  for (const Rank right : {2, 3}) EXPECT_EQ(world.machine(right).coordinator(), 3);
}

/// Schedules with one kind of fault that is excluded, and otherwise none.
struct Overclaimed : Safety {
  using Invariants = std::tuple<bully_election::Supremacy, bully_election::OneLeader>;
  static void draw(Schedule& schedule, Random& random) {
    draw_all_but_faults(schedule, random);
    Faults& faults = schedule.faults;
    faults = {.seed = faults.seed, .delay_least_ns = kHop, .delay_most_ns = kHop, .heals_at_ns = faults.heals_at_ns};
    set(schedule.shape, "timeout_us", 1);
  }
};
struct Partitions : Overclaimed {
  static void draw(Schedule& schedule, Random& random) {
    Overclaimed::draw(schedule, random);
    schedule.faults.partition_every_ns = schedule.faults.partition_lasts_ns = 30 * kHop;
  }
};
struct LateMessages : Overclaimed {
  static void draw(Schedule& schedule, Random& random) {
    Overclaimed::draw(schedule, random);
    schedule.faults.delay = Faults::Delay::uniform;
    schedule.faults.delay_most_ns = 20 * kHop;
  }
};
struct Pauses : Overclaimed {
  static void draw(Schedule& schedule, Random& random) {
    Overclaimed::draw(schedule, random);
    schedule.faults.pause_every_ns = schedule.faults.pause_lasts_ns = 20 * kHop;
  }
};
/// Two leaders at the same time, for longer than messages take.
struct TwoLeaders : Partitions {
  using Invariants = std::tuple<bully_election::OneLeader>;
};

/// How many of 1,000 schedules have a rank that leads beside a higher one, or two leaders.
template <class Claim>
int damaged() {
  return violations<Claim>(1000);
}

TEST(BullyElection, TheSimulatedWorldFindsTwoLeadersWhereMessagesAreCutOffOrLate) {
  EXPECT_EQ(damaged<Overclaimed>(), 0);
  EXPECT_GT(damaged<Partitions>(), 100);
  EXPECT_GT(damaged<LateMessages>(), 100);
  EXPECT_GT(damaged<Pauses>(), 100);
  EXPECT_GT(damaged<TwoLeaders>(), 10);
}

}  // namespace
}  // namespace coordbench::testing::bully_election_test
