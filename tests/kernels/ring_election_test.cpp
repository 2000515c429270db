#include "kernels/ring_election.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>

#include "tests/kernels/watched.hpp"
#include "tests/safety/ring_election/safety.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing::ring_election_test {
namespace {

using ring_election::Safety;
using Ring = Watched<Safety>;

Shape ring_shape(int ranks, std::int64_t order = RingElection::random) {
  return shape_of<RingElection>(ranks, 0, {{"order", order}});
}
/// Messages of one election, by the closed form.
double messages(const Shape& shape, Operation k = 0) { return RingElection::cost(shape, k).messages.least; }

/// Elections one after the other on a perfect network; each takes the messages, marks and delays that it declares.
void expect_declared_costs(const Shape& shape, std::int64_t elections) {
  Ring world(shape, {}, elections);
  double expected = 0;
  for (Operation k = 0; k < elections; ++k) {
    world.begin_everywhere(k);
    world.run();
    const Cost cost = RingElection::cost(shape, k);
    expected += cost.messages.least;
    EXPECT_EQ(static_cast<double>(world.traffic().messages_sent), expected) << shape.ranks << " ranks, election " << k;
    std::map<int, int> deepest, ranks, due;
    for (const auto& reached : world.history().reached) {
      if (reached.operation != k) continue;
      EXPECT_TRUE(reaches<RingElection>(shape, reached.mark, reached.rank, k));
      deepest[reached.mark] = std::max(deepest[reached.mark], reached.depth);
      ++ranks[reached.mark];
    }
    for (int mark = 0; mark < 3; ++mark) {
      EXPECT_EQ(deepest[mark], cost.delays[static_cast<std::size_t>(mark)].least) << shape.ranks << " ranks, mark " << mark;
      for (Rank rank = 0; rank < shape.ranks; ++rank) due[mark] += reaches<RingElection>(shape, mark, rank, k) ? 1 : 0;
    }
    EXPECT_EQ(ranks, due) << shape.ranks << " ranks";
  }
  world.expect_end();
}

TEST(RingElection, CostsWhatItDeclaresForEveryNAndOrder) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t order : {RingElection::ascending, RingElection::descending, RingElection::random})
      expect_declared_costs(ring_shape(ranks, order), order == RingElection::random ? 6 : 2);
}

TEST(RingElection, CostsByHandAtFiveRanks) {
  // Ascending: four identifiers stop at the next rank, the largest goes 5 hops; the announcement takes 5 more.
  EXPECT_EQ(messages(ring_shape(5, RingElection::ascending)), 4 + 5 + 5);
  // Descending: they go 1, 2, 3, 4 and 5 hops.
  EXPECT_EQ(messages(ring_shape(5, RingElection::descending)), 15 + 5);
  EXPECT_EQ(messages(ring_shape(1)), 0);
  EXPECT_EQ(messages(ring_shape(2, RingElection::ascending)), 5);
  EXPECT_EQ(messages(ring_shape(2, RingElection::descending)), 5);
}

TEST(RingElection, AnyOrderCostsBetweenTheLeastAndTheMost) {
  for (int ranks = 2; ranks <= 8; ++ranks)
    for (Operation k = 0; k < 500; ++k) {
      EXPECT_GE(messages(ring_shape(ranks), k), 3 * ranks - 1);
      EXPECT_LE(messages(ring_shape(ranks), k), ranks * (ranks + 1) / 2 + ranks);
    }
}

/// FIFO between neighbours, as over MPI, is all that the exact delays need.
TEST(RingElection, CostsTheSameWhateverTheDelays) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Shape shape = ring_shape(7, static_cast<std::int64_t>(seed % 3));
    Ring world(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50, .fifo = true}, 1);
    world.begin_everywhere(0);
    world.run();
    world.expect_end();
    const Cost cost = RingElection::cost(shape, 0);
    EXPECT_EQ(static_cast<double>(world.traffic().messages_sent), cost.messages.least) << seed;
    for (int mark = 0; mark < 3; ++mark)
      EXPECT_EQ(world.history().deepest(mark), cost.delays[static_cast<std::size_t>(mark)].least) << seed;
  }
}

TEST(RingElection, TellsTheStoryOfAnElection) {
  Ring world(ring_shape(3, RingElection::descending), {}, 1);
  world.begin_everywhere(0);
  world.run();
  EXPECT_EQ(world.conversation(),
            "   0  0 → 1  candidate: 0 in 0\n"
            "   0  1 → 2  candidate: 1 in 0\n"
            "   0  2 → 0  candidate: 2 in 0\n"
            "   1  1 → 2  candidate: 0 in 0\n"
            "   1  2 → 0  candidate: 1 in 0\n"
            "   2  2 → 0  candidate: 0 in 0\n"
            "   3  0 → 1  leader: 0 in 0\n"
            "   4  1 → 2  leader: 0 in 0\n"
            "   5  2 → 0  leader: 0 in 0\n");
}

TEST(RingElection, DropsASecondCopyOfItsIdentifierAndOfTheAnnouncement) {
  const Shape shape = ring_shape(3, RingElection::ascending);
  RingElection machine(shape, 2);
  RingElection::Out out(bounds_of<RingElection>(shape, 2));
  const auto sent_by = [&](RingElection::Kind kind, Rank rank) {
    out.clear();
    machine.step(1, {.first = 4, .kind = kind, .identifier = RingElection::identifier(shape, 4, rank)}, {}, out);
    return out.envelopes().size();
  };
  EXPECT_EQ(sent_by(RingElection::Kind::candidate, 2), 1U) << "elected";
  EXPECT_EQ(sent_by(RingElection::Kind::candidate, 2), 0U);
  EXPECT_TRUE(out.completions().empty());
  EXPECT_EQ(machine.answer(4).outcome, 2);
  sent_by(RingElection::Kind::leader, 2);
  EXPECT_EQ(out.completions().size(), 1U) << "ended";
  sent_by(RingElection::Kind::leader, 2);
  EXPECT_TRUE(out.completions().empty());
}

TEST(RingElection, PassesOnALateIdentifierByTheOrderOfItsOwnElection) {
  const Shape shape = ring_shape(4);
  RingElection machine(shape, 1);
  RingElection::Out out(bounds_of<RingElection>(shape, 1));
  machine.begin(9, out);
  for (Operation k = 0; k < 9; ++k)
    for (const Rank other : {0, 2, 3}) {
      out.clear();
      const auto theirs = RingElection::identifier(shape, k, other), own = RingElection::identifier(shape, k, 1);
      machine.step(0, {.first = static_cast<std::uint32_t>(k), .kind = RingElection::Kind::candidate, .identifier = theirs}, {},
                   out);
      EXPECT_EQ(out.envelopes().size(), theirs > own ? 1U : 0U);
    }
}

TEST(RingElection, AcceptsTheRankWithTheLargestIdentifierOnly) {
  const Shape shape = ring_shape(4, RingElection::ascending);
  EXPECT_TRUE(RingElection::accepts(shape, 0, election::leader_is(3)));
  EXPECT_FALSE(RingElection::accepts(shape, 0, election::leader_is(2)));
  EXPECT_FALSE(RingElection::accepts(shape, 0, election::leader_is(4)));
  EXPECT_FALSE(RingElection::accepts(shape, 0, election::leader_is(election::nobody)));
  EXPECT_FALSE(RingElection::accepts(shape, 0, {.outcome = 3}));
}

TEST(RingElection, RefusesElectionsThatOverlap) {
  Shape shape = ring_shape(4);
  EXPECT_EQ(RingElection::unfit(shape), "");
  shape.in_flight = 2;
  EXPECT_NE(RingElection::unfit(shape).find("--in-flight 1"), std::string::npos);
}

// ---- the average ---------------------------------------------------------------------------------------------------------

/// How likely a mean as far from `expected` as that of the messages of 20,000 elections is, by the normal approximation.
double p_value(int ranks, double expected) {
  constexpr int kElections = 20'000;
  double sum = 0, squares = 0;
  for (Operation k = 0; k < kElections; ++k) {
    const double one = messages(ring_shape(ranks), k);
    sum += one, squares += one * one;
  }
  const double mean = sum / kElections, deviation = std::sqrt((squares / kElections - mean * mean) / (kElections - 1));
  return std::erfc(std::abs(mean - expected) / deviation / std::sqrt(2.0));
}
double harmonic(int n) { return n == 0 ? 0 : harmonic(n - 1) + 1.0 / n; }

TEST(RingElection, CostsNHNPlusNOnAverageInRandomOrder) {
  for (const int ranks : {3, 4, 5, 8, 16, 33, 64}) {
    EXPECT_GT(p_value(ranks, ranks * harmonic(ranks) + ranks), 0.001) << ranks;
    EXPECT_LT(p_value(ranks, ranks * harmonic(ranks) + ranks + 0.02 * ranks), 0.001) << "tells 2% of N apart, " << ranks;
  }
}

/// All (N - 1)! orders around a ring are as likely: chi-squared with 5 degrees of freedom, whose 0.999 quantile is 20.515.
TEST(RingElection, DrawsEveryOrderAsOften) {
  constexpr int kElections = 60'000;
  std::map<std::vector<Rank>, int> drawn;
  for (Operation k = 0; k < kElections; ++k) {
    std::vector<Rank> order{0, 1, 2, 3};
    std::sort(order.begin(), order.end(), [k](Rank a, Rank b) {
      return RingElection::identifier(ring_shape(4), k, a) < RingElection::identifier(ring_shape(4), k, b);
    });
    std::rotate(order.begin(), std::find(order.begin(), order.end(), 0), order.end());
    ++drawn[order];
  }
  ASSERT_EQ(drawn.size(), 6U);
  double chi_squared = 0;
  for (const auto& [order, count] : drawn) chi_squared += std::pow(count - kElections / 6.0, 2) / (kElections / 6.0);
  EXPECT_LT(chi_squared, 20.515);
}

// ---- faults that it does not survive -------------------------------------------------------------------------------------

/// Faults that may stop an election, because nothing is sent again. They never make a second leader.
template <bool kLoses, bool kCrashes>
struct Damaged : Safety {
  static void draw(Schedule& schedule, Random& random) {
    draw_all_but_faults(schedule, random);
    if (schedule.shape.ranks == 1) schedule.shape.ranks = 2;
    const Faults& drawn = schedule.faults;
    schedule.faults = {.seed = drawn.seed,
                       .delay = drawn.delay,
                       .delay_least_ns = drawn.delay_least_ns,
                       .delay_most_ns = drawn.delay_most_ns,
                       .loss = kLoses ? 0.1 : 0,
                       .duplication = drawn.duplication,
                       .crash_every_ns = kCrashes ? 10 * kHop : 0,
                       .crash_lasts_ns = kCrashes ? 10 * kHop : 0,
                       .heals_at_ns = drawn.heals_at_ns};
  }
};

/// How many of 1,000 schedules stop.
template <class Claim>
int stopped() {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const Outcome outcome = run<Claim>(draw<Claim>(seed), false);
    EXPECT_TRUE(outcome.violated.empty() || outcome.violated == common::Termination::sentence) << outcome.violated;
    found += outcome.violated.empty() ? 0 : 1;
  }
  return found;
}

TEST(RingElection, TheSimulatedWorldFindsElectionsThatALossOrACrashStops) {
  EXPECT_EQ((stopped<Damaged<false, false>>()), 0);
  EXPECT_GT((stopped<Damaged<true, false>>()), 500);
  EXPECT_GT((stopped<Damaged<false, true>>()), 500);
}

}  // namespace
}  // namespace coordbench::testing::ring_election_test
