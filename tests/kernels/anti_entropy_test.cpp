#include "kernels/anti_entropy.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "tests/kernels/watched.hpp"
#include "tests/safety/anti_entropy/safety.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing::anti_entropy_test {
namespace {

using Kind = AntiEntropy::Kind;

constexpr Time kPeriod = 1000;  // ns, of all that follows
constexpr Faults kDelays{.delay_least_ns = 50};

/// Calls at common instants, unless `set` says otherwise.
Shape entropy_shape(int ranks, std::int64_t bytes = 8, Settings set = {}) {
  set.insert(set.begin(), {{"period_us", kPeriod / 1000}, {"phase", AntiEntropy::phase_common}});
  return shape_of<AntiEntropy>(ranks, bytes, set);
}

/// Its messages take a while, so that calls overlap.
class Replicas : public Watched<anti_entropy::Safety> {
 public:
  explicit Replicas(const Shape& shape, const Faults& faults = kDelays, std::int64_t operations = 64)
      : Watched(shape, faults, operations) {}
  void spread(Operation k) {
    begin_everywhere(k);
    run();
  }
};

TEST(AntiEntropy, InformsEveryRankOfEveryUpdate) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const std::int64_t proposers : {1, 2, 0}) {
      if (proposers > ranks) continue;
      for (const std::int64_t bytes : {0, 1000}) {
        const Shape shape = entropy_shape(ranks, bytes, {{"proposers", proposers}, {"phase", ranks % 2}, {"ttl", 24}});
        Replicas cluster(shape);
        for (Operation k = 0; k < 3; ++k) {
          cluster.spread(k);
          for (Rank rank = 0; rank < ranks; ++rank) {
            const Answer answer = cluster.machine(rank).answer(k);
            EXPECT_TRUE(accepts<AntiEntropy>(shape, k, answer)) << "N = " << ranks << ", rank " << rank;
            EXPECT_EQ(answer.of, k);
            EXPECT_EQ(static_cast<std::int64_t>(answer.payload.size()), bytes);
          }
        }
        EXPECT_EQ(cluster.history().reached.size(), 3U * static_cast<std::size_t>(ranks)) << "each rank once";
      }
    }
}

/// Rank 0 tells rank 1, or rank 1 finds it: both call at once, and each call leads to the same.
TEST(AntiEntropy, TellsTheStoryOfTwoRanks) {
  Replicas cluster(entropy_shape(2, 8, {{"ttl", 2}}));
  cluster.spread(0);
  EXPECT_EQ(cluster.conversation(),
            "   1  0 → 1  digest in call 1\n"
            "   1  1 → 0  digest in call 1\n"
            "  51  1 → 0  entries and digest in call 1\n"
            "  51  0 → 1  entries in call 1\n"
            " 101  0 → 1  entries in call 1\n"
            "1001  0 → 1  digest in call 2\n"
            "1001  1 → 0  digest in call 2\n");
}

TEST(AntiEntropy, CostsByHandAtTwoRanks) {
  const Shape shape = entropy_shape(2, 100, {{"ttl", 5}});
  EXPECT_NEAR(AntiEntropy::cost(shape, {.count = 1}).messages.least, 2 * 5 + 1 + 2, 1e-9);
  EXPECT_EQ(AntiEntropy::cost(entropy_shape(1), {.count = 1}).messages, Range(0));
  EXPECT_EQ(AntiEntropy::cost(entropy_shape(2, 8, {{"phase", AntiEntropy::phase_own}}), {.count = 1}).messages, Range(-1));
  Replicas cluster(shape);
  cluster.spread(0);
  EXPECT_EQ(cluster.traffic().messages_sent, 2 * 5 + 3);
  const std::int64_t header = sizeof(AntiEntropy::Message) + sizeof(Depth), digest = 4 * 2, entry = 8 + 100;
  EXPECT_EQ(cluster.traffic().bytes_sent(), 13 * header + (10 + 1) * digest + 2 * entry);
}

TEST(AntiEntropy, CostsByHandAtThreeRanks) {
  // Round 1, one of three has it: each of two calls finds it with chance 1/2 (one reply), and its own call always finds one
  // that lacks it (two): 3. All have it but if both others called each other and one was not called, which is so of one in
  // four. Round 2 then begins with two of three: the third's call always finds it (one), and each of two calls finds the third
  // with chance 1/2 (two): 3. After it all have it.
  EXPECT_NEAR(AntiEntropy::cost(entropy_shape(3, 8, {{"ttl", 9}}), {.count = 10}).messages.least, 10 * (3 * 9 + 3 + 0.5 * 3),
              1e-9);
}

TEST(AntiEntropy, ExpectsWhatItTakes) {
  for (const int ranks : {2, 3, 8, 32}) {
    constexpr std::int64_t kOperations = 2000;
    const Shape shape = entropy_shape(ranks, 0);
    Cluster<AntiEntropy, Unobserved> cluster(shape, kDelays, kOperations);
    for (Operation k = 0; k < kOperations; ++k) {
      cluster.begin_everywhere(k);
      cluster.run();
    }
    const double expected = AntiEntropy::cost(shape, {.count = kOperations}).messages.least;
    const double calls = static_cast<double>(kOperations * ranks * shape["ttl"]);
    const auto replies = static_cast<double>(cluster.traffic().messages_sent) - calls;
    EXPECT_NEAR(replies, expected - calls, 0.02 * (expected - calls)) << "N = " << ranks;
  }
}

TEST(AntiEntropy, CallsFromAnInstantOfItsOwnOrWithAllOthers) {
  for (const std::int64_t phase : {AntiEntropy::phase_own, AntiEntropy::phase_common}) {
    const Shape shape = entropy_shape(32, 8, {{"phase", phase}, {"period_us", 1000}});
    const Bounds bounds = bounds_of<AntiEntropy>(shape, 0);
    std::set<Time> instants;
    for (Rank rank = 0; rank < 32; ++rank) {
      PayloadArena arena(bounds.made, bounds.made_bytes);
      Outbox<AntiEntropy::Message> out(bounds, true, &arena);
      AntiEntropy machine(shape, rank);
      EXPECT_EQ(machine.deadline(), kNever);
      out.hand(5000);
      machine.begin(0, out);
      EXPECT_GE(machine.deadline(), 5000);
      EXPECT_LT(machine.deadline(), 5000 + 1'000'000);
      instants.insert(machine.deadline());
    }
    EXPECT_EQ(instants.size() > 1, phase == AntiEntropy::phase_own);
  }
}

TEST(AntiEntropy, ARankThatMissedUpdatesGetsThemAtALaterExchangeAsManyAsFit) {
  for (const std::int64_t entries : {1, 2, 16}) {
    Replicas cluster(entropy_shape(4, 8, {{"entries", entries}}), kDelays, 5);
    for (Rank other = 0; other < 4; ++other) cluster.cut(other, 3), cluster.cut(3, other);
    for (Operation k = 0; k < 3; ++k) cluster.spread(k);
    EXPECT_EQ(cluster.machine(3).versions().numbers(), anti_entropy::Numbers({0, 0, 0, 0}));
    cluster.mend();
    cluster.spread(3);
    EXPECT_EQ(cluster.machine(3).versions().numbers(), anti_entropy::Numbers({1, 1, 1, 1}));
    EXPECT_FALSE(cluster.has_ended(0)) << "what is over is made up for, but nobody waits for it";
    EXPECT_TRUE(cluster.has_ended(3));
  }
}

TEST(AntiEntropy, TheOperationsOwnEntryGoesFirst) {
  gossip::Versions mine(4, 0, 1), theirs(4, 0, 1);
  for (Rank origin = 0; origin < 4; ++origin) mine.set(origin, 1, {});
  std::vector<std::byte> digest(theirs.digest_bytes());
  theirs.write_digest(digest);
  for (Rank first = 0; first < 4; ++first) {
    const auto newer = mine.newer_than(digest, first);
    ASSERT_EQ(newer.size(), 1U);
    EXPECT_EQ(newer[0], static_cast<std::uint32_t>(first));
  }
}

TEST(AntiEntropy, LeavesOutRepliesThatItHasNoRoomFor) {
  const Shape shape = entropy_shape(64);
  const Bounds bounds = bounds_of<AntiEntropy>(shape, 0);
  PayloadArena arena(bounds.made, bounds.made_bytes), others(8, bounds.made_bytes);
  AntiEntropy machine(shape, 0);
  Outbox<AntiEntropy::Message> out(bounds, true, &arena);
  const Payload digest = others.allocate(4 * 64);
  std::fill(digest.bytes().begin(), digest.bytes().end(), std::byte{0});
  machine.begin(0, out);
  machine.propose(0, others.allocate(8), out);
  std::vector<Payload> open;
  for (int turn = 0; turn < 100; ++turn) {
    machine.step(1, {.first = 0, .call = 1, .kind = Kind::digest}, digest, out);
    for (auto& envelope : out.envelopes()) open.push_back(std::move(envelope.payload));
    out.clear();
  }
  EXPECT_EQ(open.size(), bounds.made);
  open.clear();
  machine.step(1, {.first = 0, .call = 1, .kind = Kind::digest}, digest, out);
  EXPECT_EQ(out.envelopes().size(), 1U);
}

/// Memory that is lost is outside of what anti-entropy claims.
TEST(AntiEntropy, FindsWhatItDoesNotClaim) {
  std::string broken;
  for (std::uint64_t seed = 1; seed <= 1000 && broken.empty(); ++seed) {
    Schedule schedule = draw<anti_entropy::Safety>(seed);
    schedule.faults.amnesia = 1;
    const Outcome outcome = run<anti_entropy::Safety>(schedule, false);
    broken = outcome.violated.substr(0, outcome.violated.find(':'));
  }
  EXPECT_EQ(broken, "Monotone");
}

TEST(AntiEntropy, RefusesWhatDoesNotFit) {
  Shape shape = entropy_shape(3, 8, {{"proposers", 3}});
  EXPECT_EQ(AntiEntropy::unfit(shape), "");
  EXPECT_NE(AntiEntropy::unfit(entropy_shape(3, 8, {{"proposers", 4}})), "");
  shape.in_flight = 2;
  EXPECT_NE(AntiEntropy::unfit(shape), "");
}

TEST(AntiEntropy, AcceptsTheUpdateOrALaterOneOfTheSameOrigin) {
  const Shape shape = entropy_shape(3);
  const auto says = [&](std::int64_t outcome, Operation of) {
    return AntiEntropy::accepts(shape, 4, {.outcome = outcome, .of = of});
  };
  EXPECT_TRUE(says(1, 4));
  EXPECT_TRUE(says(1, 7));
  EXPECT_FALSE(says(1, 1)) << "older";
  EXPECT_FALSE(says(1, 5)) << "of another origin";
  EXPECT_FALSE(says(0, 4));
  EXPECT_FALSE(says(1, Answer::nothing));
}

}  // namespace
}  // namespace coordbench::testing::anti_entropy_test
