#include "kernels/regional_cache.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/replicas.hpp"
#include "tests/kernels/violations.hpp"
#include "tests/safety/regional_cache/safety.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing::regional_cache::regional_cache_test {
namespace {

constexpr bool reads = true, writes = false;

Shape caches_shape(int ranks, const Settings& set = {}) { return shape_of<RegionalCache>(ranks, 8, set); }

class Caches : public Watched<Safety> {
 public:
  explicit Caches(const Shape& shape, const Faults& faults = {}, std::int64_t operations = 64)
      : Watched(shape, faults, operations) {}
};
/// The first operations read or write as `script` says.
Shape scripted(Shape shape, const std::vector<bool>& script) { return replicas::scripted<RegionalCache>(shape, script); }

void expect_within(double found, const Range& declared, const std::string& what) {
  EXPECT_GE(found, declared.least) << what;
  EXPECT_LE(found, declared.most) << what;
}
void expect_declared_costs(const Caches& cluster) {
  for (Operation k = 0; k < cluster.proposed(); ++k) {
    const Cost cost = cost_of<RegionalCache>(cluster.shape(), {k, 1});
    const std::string what = fmt::format("N = {}, operation {}", cluster.shape().ranks, k);
    expect_within(static_cast<double>(cluster.messages_of(k)), cost.messages, what);
    expect_within(cluster.depth_of(k), cost.delays[0], what);
  }
}

TEST(RegionalCache, CostsWhatItDeclaresForEveryNAndWhoeverAsks) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const int regions : {0, 1, std::min(3, ranks)})
      for (const int proposers : {1, 0})
        for (const std::int64_t tracks : {0, 1}) {
          Caches cluster(caches_shape(ranks, {{"regions", regions},
                                              {"reads", 60},
                                              {"proposers", proposers},
                                              {"read_after_write", tracks},
                                              {"timeout_us", ranks % 2}}),
                         {}, 12);
          for (Operation k = 0; k < 12; ++k) {
            cluster.propose(k);
            cluster.run();
          }
          cluster.expect_end();
          expect_declared_costs(cluster);
        }
}

TEST(RegionalCache, CostsTheSameWhateverOvertakesWhat) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Shape shape = caches_shape(6, {{"regions", static_cast<std::int64_t>(seed % 7)}, {"reads", 60}});
    shape.in_flight = 3;
    Caches cluster(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50}, 36);
    for (Operation k = 0; k < 36; ++k) {
      cluster.propose(k);
      if (k % 18 == 17) cluster.run();
    }
    cluster.expect_end();
    expect_declared_costs(cluster);
  }
}

TEST(RegionalCache, CostsByHand) {  // 6 ranks in 3 regions: caches 0, 2, 4
  const Shape shape = scripted(caches_shape(6, {{"regions", 3}, {"reads", 50}}),
                               {writes, writes, writes, writes, reads, reads, reads, reads, reads, reads, reads, reads});
  const auto messages = [&](Operation k) { return RegionalCache::cost(shape, k).messages; };
  const auto delays = [&](Operation k) { return RegionalCache::cost(shape, k).delays[0]; };
  EXPECT_EQ(messages(0), Range(2)) << "two invalidations";
  EXPECT_EQ(delays(0), Range(0));
  EXPECT_EQ(messages(1), Range(4)) << "asked, answered, two invalidations";
  EXPECT_EQ(delays(1), Range(2));
  EXPECT_EQ(messages(4), Range(0, 2)) << "rank 4 is a cache";
  EXPECT_EQ(delays(4), Range(0, 2));
  EXPECT_EQ(messages(5), Range(2, 4)) << "rank 5 asks it";
  EXPECT_EQ(delays(5), Range(2, 4));
  EXPECT_EQ(messages(6), Range(0)) << "rank 0 is the master";
  EXPECT_EQ(messages(7), Range(2)) << "rank 1 asks it, and it never misses";
  EXPECT_EQ(RegionalCache::cost(caches_shape(1), 0).messages, Range(0)) << "alone";
}

TEST(RegionalCache, DividesNeighboursAmongRegions) {
  const auto caches = [](int ranks, std::int64_t regions) {
    std::vector<Rank> of_ranks;
    for (Rank rank = 0; rank < ranks; ++rank)
      of_ranks.push_back(RegionalCache::cache_of(caches_shape(ranks, {{"regions", regions}}), rank));
    return of_ranks;
  };
  EXPECT_EQ(caches(6, 3), std::vector<Rank>({0, 0, 2, 2, 4, 4}));
  EXPECT_EQ(caches(5, 2), std::vector<Rank>({0, 0, 0, 3, 3}));
  EXPECT_EQ(caches(3, 0), std::vector<Rank>({0, 1, 2}));
  EXPECT_EQ(caches(3, 1), std::vector<Rank>({0, 0, 0}));
}

TEST(RegionalCache, RefusesMoreRegionsOrProposersThanRanks) {
  EXPECT_EQ(RegionalCache::unfit(caches_shape(3, {{"regions", 3}})), "");
  EXPECT_EQ(RegionalCache::unfit(caches_shape(3, {{"regions", 4}})),
            "regions is 4, more than the 3 of the ranks; choose at most as many");
  EXPECT_EQ(RegionalCache::unfit(caches_shape(3, {{"proposers", 3}})), "");
  EXPECT_NE(RegionalCache::unfit(caches_shape(3, {{"proposers", 4}})), "");
}

// ---- stories ------------------------------------------------------------------------------------------------------------

TEST(RegionalCache, TellsTheStoryOfAMissAHitAndAnInvalidation) {  // ranks 0 and 1, and ranks 2 and 3
  const Shape shape =
      scripted(caches_shape(4, {{"regions", 2}, {"reads", 50}}), {writes, writes, reads, reads, writes, writes, reads, reads});
  Caches cluster(shape);
  for (const Operation k : {0, 3, 2, 5, 7}) {
    cluster.propose(k);
    cluster.run();
    cluster.run_until(10 * (cluster.now() / 10 + 1));
  }
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 2  invalidate 0: 1\n"
            "  10  3 → 2  read 3\n"
            "  11  2 → 0  fetch 3\n"  // it has nothing yet
            "  12  0 → 2  fill 3: 1.0\n"
            "  13  2 → 3  value 3: 1.0\n"
            "  30  1 → 0  write 5\n"  // operation 2, a read of the cache itself, has taken no message
            "  31  0 → 2  invalidate 5: 2\n"
            "  31  0 → 1  written 5: 2\n"
            "  40  3 → 2  read 7\n"
            "  41  2 → 0  fetch 7\n"
            "  42  0 → 2  fill 7: 2.5\n"
            "  43  2 → 3  value 7: 2.5\n");
  EXPECT_EQ(cluster.value_of(2), 0);
}

/// Rank 3 reads through cache 2, writes, and reads again, while the invalidation of its write has not come.
Operation read_after_own_write(std::int64_t read_after_write) {
  const Shape shape = scripted(caches_shape(4, {{"regions", 2}, {"reads", 50}, {"read_after_write", read_after_write}}),
                               {writes, writes, writes, reads, writes, writes, writes, writes, writes, writes, writes, reads});
  Caches cluster(shape);
  cluster.propose(3);
  cluster.run();
  cluster.cut(0, 2);
  cluster.propose(7);
  cluster.run();
  EXPECT_EQ(cluster.value_of(7), Answer::nothing);
  cluster.mend();
  cluster.propose(11);
  cluster.run();
  return cluster.value_of(11);
}
TEST(RegionalCache, AProposerReadsItsOwnWriteIfItTracks) {
  EXPECT_EQ(read_after_own_write(RegionalCache::none), Answer::initial) << "the value before its write";
  EXPECT_EQ(read_after_own_write(RegionalCache::client_tracks), 7);
}

TEST(RegionalCache, AFillThatAnInvalidationHasOvertakenIsShownOnce) {
  const Shape shape = scripted(caches_shape(2, {{"reads", 50}}), {writes, reads, writes, reads});
  int overtaken = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Caches cluster(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 100}, 4);
    cluster.propose(1);
    cluster.run_until(50);
    cluster.propose(0);
    cluster.run();
    overtaken += cluster.value_of(1) == Answer::initial && cluster.happened().overtaken > 0 ? 1 : 0;
    cluster.propose(3);
    cluster.run();
    EXPECT_EQ(cluster.value_of(3), 0);
    cluster.expect_end();
  }
  EXPECT_GT(overtaken, 0);
}

TEST(RegionalCache, ALostInvalidationIsSentAgain) {
  for (const std::int64_t timeout_us : {0, 1}) {
    const Shape shape = scripted(caches_shape(2, {{"reads", 50}, {"timeout_us", timeout_us}}), {writes, reads, writes, reads});
    Caches cluster(shape, {}, 4);
    cluster.propose(1);
    cluster.run();
    cluster.cut(0, 1);
    cluster.propose(0);
    cluster.run_until(100);
    cluster.mend();
    cluster.run();
    cluster.expect_end();
    cluster.propose(3);
    cluster.run();
    EXPECT_EQ(cluster.value_of(3), timeout_us > 0 ? 0 : Answer::initial) << "without it a cache is wrong for ever";
  }
}

// ---- outside the claim -------------------------------------------------------------------------------------------------

struct PromisedToAll : ReadYourWrites {
  explicit PromisedToAll(const Schedule& schedule) : ReadYourWrites(schedule, true) {}
};
struct Overclaimed : Safety {
  using Invariants = std::tuple<PromisedToAll>;
};
struct Forgetful : Safety {
  static void draw(Schedule& schedule, Random& random) {
    Safety::draw(schedule, random);
    schedule.faults.amnesia = 0.5;
  }
};
/// Where time-outs are off, and invalidations may be lost all the same.
struct Unheard : Safety {
  struct InTheEnd : Convergence {
    explicit InTheEnd(const Schedule& schedule) : Convergence(schedule, true) {}
  };
  using Invariants = std::tuple<InTheEnd>;
  static void draw(Schedule& schedule, Random& random) {
    Safety::draw(schedule, random);
    set(schedule.shape, "timeout_us", 0);
    schedule.faults.loss = 0.1;
  }
};

template <class Claim>
int violations_with(std::int64_t read_after_write) {
  return violations<Claim>(2000, [&](Schedule& schedule) { set(schedule.shape, "read_after_write", read_after_write); });
}

TEST(RegionalCache, SchedulesFindAReadThatMissesItsOwnWriteUnlessClientsTrack) {
  EXPECT_GT(violations_with<Overclaimed>(RegionalCache::none), 20);
  EXPECT_EQ(violations_with<Overclaimed>(RegionalCache::client_tracks), 0);
}
TEST(RegionalCache, SchedulesFindARankThatForgets) { EXPECT_GT(violations_with<Forgetful>(RegionalCache::none), 0); }
TEST(RegionalCache, SchedulesFindInvalidationsThatAreLostForGood) {
  EXPECT_GT(violations_with<Unheard>(RegionalCache::none), 20);
}

}  // namespace
}  // namespace coordbench::testing::regional_cache::regional_cache_test
